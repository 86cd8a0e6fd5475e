import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** How a function is paused. */
export interface Pause {
  functionId: string;
  /** What becomes of an event that would start a run: the run waits, or there is none. */
  newRuns: 'wait' | 'skip';
  /** What becomes of runs that have started: they finish, or wait after the step that is under way. */
  underWay: 'finish' | 'wait';
  /** Since when, in milliseconds since 1970. */
  pausedAt: number;
  /** The same in steady time. */
  steadyAt: number;
}

interface PauseRow {
  function_id: string;
  new_runs: Pause['newRuns'];
  under_way: Pause['underWay'];
  paused_at: number;
  steady_at: number;
}

/** A span in which a function was paused, in steady time. */
export interface PausedSpan {
  functionId: string;
  began: number;
  ended: number;
}

/** Rows of paused functions, and of the spans in which functions were paused. */
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

  /** Forgets the spans of a function that no run of it has waited through. */
  forgetSpansBefore(functionId: string, steady: number): void {
    this.db.run('DELETE FROM paused_span WHERE function_id = ? AND ended < ?', functionId, steady);
  }
}
