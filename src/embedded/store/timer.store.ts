import { readStored } from './stored-json.js';
import { Injectable } from '@nestjs/common';
import type { AlarmKind as ClockKind } from '../../clock/index.js';
import { Database } from './database.js';

/** The scale of a time: `wall` for dates, `steady` for the ends of durations. */
export type TimeScale = 'wall' | 'steady';

const SCALES: readonly TimeScale[] = ['wall', 'steady'];
const CLOCK_KINDS: readonly ClockKind[] = ['due', 'tick', 'background'];

/** The time now, on both scales, in milliseconds. */
export type BothTimes = Record<TimeScale, number>;

/**
 * A moment at which the server has something to do that is not a call to an app: the end of a sleep, a timeout, a cron
 * tick.
 */
export interface Timer {
  id: string;
  /** Determines the handler. */
  kind: string;
  /** When it fires, in milliseconds. */
  at: number;
  /** The scale of `at`. */
  scale: TimeScale;
  /** Determines whether a virtual clock may advance to it. */
  clock: ClockKind;
  /** The run to which it belongs, if any. The timer is removed when the run ends. */
  runId: string | null;
  payload: unknown;
  /** The number of consecutive errors of its handler. */
  failures: number;
}

interface TimerRow {
  id: string;
  kind: string;
  at: number;
  scale: TimeScale;
  clock: ClockKind;
  run_id: string | null;
  payload: string | null;
  failures: number;
}

@Injectable()
export class TimerStore {
  constructor(private readonly db: Database) {}

  /** Sets a timer. Replaces a timer with the same id, even one that was set aside. */
  set(timer: Timer): void {
    this.db.run(
      'INSERT OR REPLACE INTO timer (id, kind, at, scale, clock, run_id, payload) VALUES (?,?,?,?,?,?,?)',
      timer.id,
      timer.kind,
      timer.at,
      timer.scale,
      timer.clock,
      timer.runId,
      JSON.stringify(timer.payload ?? null),
    );
  }

  get(id: string): Timer | undefined {
    const row = this.db.get<TimerRow>('SELECT * FROM timer WHERE id = ?', id);
    return row && fromRow(row);
  }

  /** The first due timers, in the order of their times. */
  due(now: BothTimes, limit: number): Timer[] {
    if (!this.isAnyDue(now)) return [];
    const onScale = (scale: TimeScale): Timer[] =>
      this.db
        .all<TimerRow>(
          `SELECT * FROM timer WHERE set_aside_at IS NULL AND scale = ? AND at <= ? ORDER BY at, id LIMIT ?`,
          scale,
          now[scale],
          limit,
        )
        .map(fromRow);
    const overdue = ({ at, scale }: Timer): number => now[scale] - at;
    return [...onScale('steady'), ...onScale('wall')]
      .toSorted((a, b) => overdue(b) - overdue(a) || (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  /** The time of the next timer with this kind of clock and this scale; undefined when there is none. */
  next(clock: ClockKind, scale: TimeScale): number | undefined {
    return (
      this.db.getUnchanged<{ at: number | null }>(
        ['timer'],
        'SELECT min(at) AS at FROM timer WHERE set_aside_at IS NULL AND clock = ? AND scale = ?',
        clock,
        scale,
      )?.at ?? undefined
    );
  }

  /** Whether a timer is due. */
  isAnyDue(now: BothTimes): boolean {
    return CLOCK_KINDS.some((kind) =>
      SCALES.some((scale) => (this.next(kind, scale) ?? Infinity) <= now[scale]),
    );
  }

  /** Whether the time of a timer that has not fired yet has passed. */
  isPast(id: string, now: BothTimes): boolean {
    const timer = this.get(id);
    return timer !== undefined && timer.at < now[timer.scale];
  }

  /**
   * When the timer of a waiting step fires, in wall-clock milliseconds.
   *
   * @param setBack by how many milliseconds steady time is ahead of the wall clock
   */
  momentOfStep(runId: string, stepId: string, setBack: number): number | undefined {
    return (
      this.db.get<{ at: number | null }>(
        `SELECT min(CASE scale WHEN 'wall' THEN at ELSE at - ? END) AS at FROM timer
         WHERE run_id = ? AND id LIKE '%:' || ?`,
        setBack,
        runId,
        stepId,
      )?.at ?? undefined
    );
  }

  /** Stores an error of this server. The timer fires again at the time `at`, on its scale. */
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

  /** Makes all timers due that were set aside. */
  takeBack(now: BothTimes): void {
    this.db.run(
      `UPDATE timer SET set_aside_at = NULL, failures = 0, at = CASE scale WHEN 'wall' THEN ? ELSE ? END
       WHERE set_aside_at IS NOT NULL`,
      now.wall,
      now.steady,
    );
  }

  remove(id: string): void {
    if (!this.db.isEmpty('timer')) this.db.run('DELETE FROM timer WHERE id = ?', id);
  }

  removeOfRun(runId: string): void {
    if (!this.db.isEmpty('timer')) this.db.run('DELETE FROM timer WHERE run_id = ?', runId);
  }

  /** The ids of all timers of this kind. */
  idsOf(kind: string): string[] {
    return this.db.all<{ id: string }>('SELECT id FROM timer WHERE kind = ?', kind).map((row) => row.id);
  }
}

function fromRow(row: TimerRow): Timer {
  return {
    id: row.id,
    kind: row.kind,
    at: row.at,
    scale: row.scale,
    clock: row.clock,
    runId: row.run_id,
    payload: readStored(row.payload ?? 'null'),
    failures: row.failures,
  };
}
