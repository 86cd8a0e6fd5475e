import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** The pause of a function. */
export interface Pause {
  functionId: string;
  /** Whether new runs wait, or events start no run. */
  newRuns: 'wait' | 'skip';
  /** Whether runs that have started finish, or wait after their current step. */
  underWay: 'finish' | 'wait';
  /** When the pause began, in milliseconds since 1970. */
  pausedAt: number;
  /** When the pause began, in steady time. */
  steadyAt: number;
}

interface PauseRow {
  function_id: string;
  new_runs: Pause['newRuns'];
  under_way: Pause['underWay'];
  paused_at: number;
  steady_at: number;
}

/** A period in which a function was paused, in steady time. */
export interface PausedSpan {
  functionId: string;
  began: number;
  ended: number;
}

/** The rows of paused functions, and of the periods in which functions were paused. */
@Injectable()
export class PauseStore {
  constructor(private readonly db: Database) {}

  all(): Pause[] {
    return this.db.all<PauseRow>('SELECT * FROM function_pause').map((row) => ({
      functionId: row.function_id,
      newRuns: row.new_runs,
      underWay: row.under_way,
      pausedAt: row.paused_at,
      steadyAt: row.steady_at,
    }));
  }

  save({ functionId, newRuns, underWay, pausedAt, steadyAt }: Pause): void {
    this.db.run(
      `INSERT OR REPLACE INTO function_pause (function_id, new_runs, under_way, paused_at, steady_at)
       VALUES (?,?,?,?,?)`,
      functionId,
      newRuns,
      underWay,
      pausedAt,
      steadyAt,
    );
  }

  remove(functionId: string): void {
    this.db.run('DELETE FROM function_pause WHERE function_id = ?', functionId);
  }

  spans(): PausedSpan[] {
    return this.db
      .all<{ function_id: string; began: number; ended: number }>('SELECT * FROM paused_span')
      .map((row) => ({ functionId: row.function_id, began: row.began, ended: row.ended }));
  }

  addSpan({ functionId, began, ended }: PausedSpan): void {
    this.db.run(
      'INSERT OR REPLACE INTO paused_span (function_id, began, ended) VALUES (?,?,?)',
      functionId,
      began,
      ended,
    );
  }

  /** Removes the periods of a function that ended before its oldest waiting run was queued. */
  forgetSpansBefore(functionId: string, steady: number): void {
    this.db.run('DELETE FROM paused_span WHERE function_id = ? AND ended < ?', functionId, steady);
  }
}
