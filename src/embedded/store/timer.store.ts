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
  /** How often its handler failed, one time after another. */
  failures: number;
}

interface TimerRow {
  id: string;
  kind: string;
  at: number;
  clock: ClockKind;
  run_id: string | null;
  payload: string | null;
  failures: number;
}

@Injectable()
export class TimerStore {
  constructor(private readonly db: Database) {}

  /** Sets a timer; one with the same id moves. What was set aside under the id is replaced. */
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
      .all<TimerRow>(
        'SELECT * FROM timer WHERE set_aside_at IS NULL AND at <= ? ORDER BY at, id LIMIT ?',
        now,
        limit,
      )
      .map(fromRow);
  }

  /** The moment of the next timer of this kind of clock. */
  next(clock: ClockKind): number | undefined {
    return (
      this.db.get<{ at: number | null }>(
        'SELECT min(at) AS at FROM timer WHERE set_aside_at IS NULL AND clock = ?',
        clock,
      )?.at ?? undefined
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

  /** Notes an error of this server; the timer fires again `at` that time. */
  retry(id: string, { at, failures, error }: { at: number; failures: number; error: string }): void {
    this.db.run('UPDATE timer SET at = ?, failures = ?, error = ? WHERE id = ?', at, failures, error, id);
  }

  setAside(id: string, error: string, now: number): void {
    this.db.run('UPDATE timer SET set_aside_at = ?, error = ? WHERE id = ?', now, error, id);
  }

  setAsideTimers(): { id: string; runId: string | null; error: string; at: number }[] {
    return this.db.all(
      'SELECT id, run_id AS runId, error, set_aside_at AS at FROM timer WHERE set_aside_at IS NOT NULL',
    );
  }

  /** What was set aside fires again. */
  takeBack(now: number): void {
    this.db.run(
      'UPDATE timer SET set_aside_at = NULL, failures = 0, at = ? WHERE set_aside_at IS NOT NULL',
      now,
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
    failures: row.failures,
  };
}
