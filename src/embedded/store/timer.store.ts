import { Injectable } from '@nestjs/common';
import type { TimerKind as ClockKind } from '../../clock/index.js';
import { Database } from './database.js';

/** Something that happens at a moment of its own and is no call to an app: the end of a sleep, a timeout, a tick. */
export interface Timer {
  id: string;
  /** Which handler it belongs to. */
  kind: string;
  at: number;
  /** Whether a virtual clock may skip to it. */
  clock: ClockKind;
  /** Timers of a run go when it ends. */
  runId: string | null;
  payload: unknown;
}

interface TimerRow {
  id: string;
  kind: string;
  at: number;
  clock: ClockKind;
  run_id: string | null;
  payload: string | null;
}

@Injectable()
export class TimerStore {
  constructor(private readonly db: Database) {}

  /** Sets a timer; one with the same id moves. */
  set(timer: Timer): void {
    this.db.run(
      'INSERT OR REPLACE INTO timer (id, kind, at, clock, run_id, payload) VALUES (?,?,?,?,?,?)',
      timer.id,
      timer.kind,
      timer.at,
      timer.clock,
      timer.runId,
      JSON.stringify(timer.payload ?? null),
    );
  }

  get(id: string): Timer | undefined {
    const row = this.db.get<TimerRow>('SELECT * FROM timer WHERE id = ?', id);
    return row && fromRow(row);
  }

  /** All that are due, in the order of their moments. */
  due(now: number, limit: number): Timer[] {
    return this.db
      .all<TimerRow>('SELECT * FROM timer WHERE at <= ? ORDER BY at, id LIMIT ?', now, limit)
      .map(fromRow);
  }

  /** The moment of the next timer of this kind of clock. */
  next(clock: ClockKind): number | undefined {
    return (
      this.db.get<{ at: number | null }>('SELECT min(at) AS at FROM timer WHERE clock = ?', clock)?.at ??
      undefined
    );
  }

  /** When the timer that brings a waiting step its result goes off. */
  momentOfStep(runId: string, stepId: string): number | undefined {
    return (
      this.db.get<{ at: number | null }>(
        "SELECT min(at) AS at FROM timer WHERE run_id = ? AND id LIKE '%:' || ?",
        runId,
        stepId,
      )?.at ?? undefined
    );
  }

  remove(id: string): void {
    this.db.run('DELETE FROM timer WHERE id = ?', id);
  }

  removeOfRun(runId: string): void {
    this.db.run('DELETE FROM timer WHERE run_id = ?', runId);
  }

  /** The ids of a handler's timers. */
  idsOf(kind: string): string[] {
    return this.db.all<{ id: string }>('SELECT id FROM timer WHERE kind = ?', kind).map((row) => row.id);
  }
}

function fromRow(row: TimerRow): Timer {
  return {
    id: row.id,
    kind: row.kind,
    at: row.at,
    clock: row.clock,
    runId: row.run_id,
    payload: JSON.parse(row.payload ?? 'null') as unknown,
  };
}
