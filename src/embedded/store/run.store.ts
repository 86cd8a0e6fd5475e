import { readStoredList } from './stored-json.js';
import { Injectable } from '@nestjs/common';
import type { StoredEvent } from '../protocol/event.js';
import { UNDECIDED_VERSION } from '../protocol/call.js';
import { Database } from './database.js';
import { eventFromRow, EventStore, type EventRow } from './event.store.js';
import { CachedRows } from './cached-rows.js';

export type RunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/**
 * A concurrency slot. A call holds it while it executes, or the run holds it until it ends. `limit`: how many may hold it.
 */
export interface StoredSlot {
  id: string;
  limit: number;
  isHeldByRun?: true;
}

export interface Run {
  id: string;
  functionId: string;
  status: RunStatus;
  /** The name of the event that triggered the run. */
  triggerEvent: string;
  queuedAt: number;
  startedAt: number | null;
  endedAt: number | null;
  /** What the function returned, or the error with which the run failed, as JSON of the protocol. */
  output: string | null;
  /** Why the run was cancelled. */
  reason: string | null;
  originalRunId: string | null;
  /** In seconds; a positive priority goes ahead. */
  priority: number;
  /** The concurrency slots that the run, or each of its calls, must hold. */
  slots: StoredSlot[];
  throttleKey: string | null;
  /** The version of the protocol that the app answered with. */
  requestVersion: number;
  /** Whether calls ask the app to plan each step instead of executing it (`disable_immediate_execution`). */
  plansFirst: boolean;
  /** The number of answers that brought nothing new. They count as steps. */
  repetitions: number;
  cron: string | null;
  /** The hashed id of the step from which it replays another run. */
  fromStep: string | null;
}

export type NewRun = Pick<Run, 'id' | 'functionId' | 'triggerEvent' | 'queuedAt' | 'priority' | 'slots'> & {
  throttleKey?: string;
  originalRunId?: string;
  batchId?: string;
  cron?: string;
  fromStep?: FromStep;
};

/** The step from which a run replays another run. */
export interface FromStep {
  /** The step's hashed id. */
  stepId: string;
  /** The arguments that the step gets instead of those in the code. */
  input?: readonly unknown[];
}

/** The events that trigger a run: one event, all events of a batch, or the events of another run. */
export type EventsOfRun = { eventId: string } | { ofBatch: string } | { ofRun: string };

/** A row of the table `run`. */
export interface RunRow {
  id: string;
  function_id: string;
  status: RunStatus;
  trigger_event: string;
  queued_at: number;
  started_at: number | null;
  ended_at: number | null;
  output: string | null;
  reason: string | null;
  original_run_id: string | null;
  priority: number;
  slots: string;
  throttle_key: string | null;
  request_version: number;
  plans_first: number;
  repetitions: number;
  cron: string | null;
  from_step: string | null;
  from_step_input: string | null;
}

const NOT_STARTED = {
  status: 'QUEUED',
  startedAt: null,
  endedAt: null,
  output: null,
  reason: null,
  requestVersion: UNDECIDED_VERSION,
  plansFirst: false,
  repetitions: 0,
} as const satisfies Partial<Run>;

/** The largest events of a run that are cached: the length of their texts and their JSON. */
const MAX_KEPT_EVENTS = 8 * 1024;

@Injectable()
export class RunStore {
  private readonly rows: CachedRows<Run>;
  /** Each call of a run carries its events, and its end announces them. They do not change while the run exists. */
  private readonly eventsOfRuns: CachedRows<readonly EventRow[]>;

  constructor(
    private readonly db: Database,
    private readonly events: EventStore,
  ) {
    this.eventsOfRuns = new CachedRows(db, areSmall);
    // Runs that have ended are seldom read again, and their outputs may be large.
    this.rows = new CachedRows(db, (run) => !hasEnded(run));
  }

  insert(run: NewRun, events: EventsOfRun): Run {
    this.db.run(
      `INSERT INTO run (id, function_id, status, trigger_event, queued_at, original_run_id, priority, slots,
         throttle_key, request_version, batch_id, cron, from_step, from_step_input)
       VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
      run.id,
      run.functionId,
      NOT_STARTED.status,
      run.triggerEvent,
      run.queuedAt,
      run.originalRunId ?? null,
      run.priority,
      JSON.stringify(run.slots),
      run.throttleKey ?? null,
      NOT_STARTED.requestVersion,
      run.batchId ?? null,
      run.cron ?? null,
      run.fromStep?.stepId ?? null,
      run.fromStep?.input === undefined ? null : JSON.stringify(run.fromStep.input),
    );
    this.addEvents(run.id, events);
    const inserted: Run = {
      ...NOT_STARTED,
      id: run.id,
      functionId: run.functionId,
      triggerEvent: run.triggerEvent,
      queuedAt: run.queuedAt,
      originalRunId: run.originalRunId ?? null,
      priority: run.priority,
      slots: run.slots,
      throttleKey: run.throttleKey ?? null,
      cron: run.cron ?? null,
      fromStep: run.fromStep?.stepId ?? null,
    };
    this.rows.add(run.id, inserted);
    return inserted;
  }

  get(id: string): Run | undefined {
    return this.rows.get(id, () => {
      const row = this.db.get<RunRow>('SELECT * FROM run WHERE id = ?', id);
      return row && runFromRow(row);
    });
  }

  getOrThrow(id: string): Run {
    const run = this.get(id);
    if (!run) throw new Error(`Run ${id} is not stored.`);
    return run;
  }

  /** The events that triggered a run, in the order of the batch, without those that are no longer stored. */
  eventsOf(runId: string): readonly StoredEvent[] {
    const rows = this.eventsOfRuns.get(runId, () => this.events.rowsOfRun(runId)) ?? [];
    return rows.map(eventFromRow);
  }

  /** The first of the events that triggered a run. Expressions read this event. */
  firstEventOf(runId: string): StoredEvent | undefined {
    const row = this.db.get<{ event_id: string }>(
      'SELECT event_id FROM run_event WHERE run_id = ? AND position = 0',
      runId,
    );
    return row && this.events.get(row.event_id);
  }

  eventIdsOf(runId: string): string[] {
    return this.db
      .all<{ event_id: string }>('SELECT event_id FROM run_event WHERE run_id = ? ORDER BY position', runId)
      .map((row) => row.event_id);
  }

  /** Oldest first. */
  ofEvent(eventId: string): Run[] {
    return this.db
      .all<RunRow>(
        'SELECT run.* FROM run_event JOIN run ON run.id = run_event.run_id WHERE event_id = ? ORDER BY run.id',
        eventId,
      )
      .map(runFromRow);
  }

  /** The number of a function's unfinished runs, and the id of the last one. Times are in milliseconds since 1970. */
  unfinishedOf(
    functionId: string,
    { queuedFrom, queuedUntil }: { queuedFrom?: number; queuedUntil?: number } = {},
  ): { count: number; last: string } {
    const found = this.db.get<{ count: number; last: string | null }>(
      `SELECT count(*) AS count, max(id) AS last FROM run
       WHERE ended_at IS NULL AND function_id = ? AND queued_at >= ? AND queued_at <= ?`,
      functionId,
      queuedFrom ?? 0,
      queuedUntil ?? Number.MAX_SAFE_INTEGER,
    );
    return { count: found?.count ?? 0, last: found?.last ?? '' };
  }

  /** When the oldest run of a function that has not started was queued, in milliseconds since 1970. */
  oldestQueuedOf(functionId: string): number | undefined {
    const sql = `SELECT min(queued_at) AS at FROM run
      WHERE ended_at IS NULL AND function_id = ? AND status = 'QUEUED'`;
    return this.db.get<{ at: number | null }>(sql, functionId)?.at ?? undefined;
  }

  /**
   * The unfinished runs of a function, oldest first.
   *
   * @param range only runs with ids after `after`, up to `last`
   */
  unfinishedPage(functionId: string, { after, last }: { after: string; last: string }, limit: number): Run[] {
    return this.db
      .all<RunRow>(
        `SELECT * FROM run WHERE ended_at IS NULL AND function_id = ? AND id > ? AND id <= ? ORDER BY id LIMIT ?`,
        functionId,
        after,
        last,
        limit,
      )
      .map(runFromRow);
  }

  start(id: string, at: number): void {
    this.db.run("UPDATE run SET status = 'RUNNING', started_at = ? WHERE id = ?", at, id);
    this.rows.change(id, { status: 'RUNNING', startedAt: at });
  }

  end(
    id: string,
    {
      status,
      output,
      reason = null,
      at,
    }: { status: RunStatus; output: string | null; reason?: string | null; at: number },
  ): void {
    this.db.run(
      'UPDATE run SET status = ?, output = ?, reason = ?, ended_at = ? WHERE id = ?',
      status,
      output,
      reason,
      at,
      id,
    );
    this.rows.change(id, { status, output, reason, endedAt: at });
    this.db.beforeCommit(() => this.eventsOfRuns.forget(id));
  }

  /** Changes the slots that the run's calls must hold, and the key of its throttle. */
  setLimits(id: string, { slots, throttleKey }: Pick<Run, 'slots' | 'throttleKey'>): void {
    this.db.run(
      'UPDATE run SET slots = ?, throttle_key = ? WHERE id = ?',
      JSON.stringify(slots),
      throttleKey,
      id,
    );
    this.rows.change(id, { slots, throttleKey });
  }

  /** Stores the version for the next calls: not if the run ends in the same transaction, which saves a statement. */
  setRequestVersion(id: string, version: number): void {
    // Otherwise the cache would not have the row that it changes.
    this.getOrThrow(id);
    this.rows.change(id, { requestVersion: version });
    this.db.beforeCommit(() => {
      if (hasEnded(this.getOrThrow(id))) return;
      this.db.run('UPDATE run SET request_version = ? WHERE id = ?', version, id);
      this.rows.change(id, { requestVersion: version });
    });
  }

  setPlansFirst(id: string, plansFirst: boolean): void {
    this.db.run('UPDATE run SET plans_first = ? WHERE id = ?', plansFirst ? 1 : 0, id);
    this.rows.change(id, { plansFirst });
  }

  /** Counts one more answer that brought nothing new. */
  addRepetition(id: string): void {
    this.db.run('UPDATE run SET repetitions = repetitions + 1 WHERE id = ?', id);
    this.rows.change(id, ({ repetitions }) => ({ repetitions: repetitions + 1 }));
  }

  /** Adds all events with one statement, however many there are. */
  private addEvents(runId: string, events: EventsOfRun): void {
    if ('eventId' in events) {
      this.db.run('INSERT INTO run_event (run_id, position, event_id) VALUES (?,0,?)', runId, events.eventId);
      const row = this.events.row(events.eventId);
      if (row) this.eventsOfRuns.add(runId, [row]);
      return;
    }
    const [source, id] =
      'ofBatch' in events
        ? ['batch_event AS source WHERE batch_id = ?', events.ofBatch]
        : ['run_event AS source WHERE run_id = ?', events.ofRun];
    this.db.run(
      `INSERT INTO run_event (run_id, position, event_id)
       SELECT ?, row_number() OVER (ORDER BY position) - 1, event_id FROM ${source}
         AND EXISTS (SELECT 1 FROM event WHERE internal_id = source.event_id)`,
      runId,
      id,
    );
  }
}

function areSmall(events: readonly EventRow[]): boolean {
  const lengthOf = ({ name, data, user, sessions }: EventRow): number =>
    name.length + data.length + (user?.length ?? 0) + (sessions?.length ?? 0);
  return events.reduce((sum, event) => sum + lengthOf(event), 0) <= MAX_KEPT_EVENTS;
}

export function hasEnded(run: Run): boolean {
  return run.endedAt !== null;
}

export function runFromRow(row: RunRow): Run {
  return {
    id: row.id,
    functionId: row.function_id,
    status: row.status,
    triggerEvent: row.trigger_event,
    queuedAt: row.queued_at,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    output: row.output,
    reason: row.reason,
    originalRunId: row.original_run_id,
    priority: row.priority,
    slots: readStoredList<StoredSlot>(row.slots),
    throttleKey: row.throttle_key,
    requestVersion: row.request_version,
    plansFirst: row.plans_first === 1,
    repetitions: row.repetitions,
    cron: row.cron,
    fromStep: row.from_step,
  };
}
