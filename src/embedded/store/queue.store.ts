import { Injectable } from '@nestjs/common';
import { Database } from './database.js';
import { CachedRows } from './cached-rows.js';

/** The kind of a call: the first of a run, one in which the function continues, or one that executes a planned step. */
export type QueueKind = 'start' | 'continue' | 'step';

/** One call to make to an app. */
export interface QueueItem {
  id: string;
  runId: string;
  lane: number;
  /** `set-aside`: this server had repeated errors with the call, and does not try it again until the next start. */
  state: 'delayed' | 'ready' | 'running' | 'set-aside';
  kind: QueueKind;
  /** The planned step to execute; null if the function finds its next step. */
  stepId: string | null;
  /** The number of the attempt, from 0. */
  attempt: number;
  /** The number of calls made for this item. It tells an answer to an earlier call from the answer that is due. */
  generation: number;
  /** Whether the call asks the app to plan new steps, even if the run no longer requires it. */
  parallel: boolean;
  /** The steady time from which on the call may be made. */
  at: number;
  /** The order within the lane and among lanes: lowest first. */
  score: number;
  /** When it was queued, by the wall clock, as `calledAt`. */
  queuedAt: number;
  requestId: string | null;
  calledAt: number | null;
  /** The number of consecutive errors of this server with the call. */
  failures: number;
  /** The last of these errors. */
  error: string | null;
  /** Whether it was under way when the process ended without a stop, and has neither ended nor reported a step since. */
  suspect: boolean;
  /** The number of such ends that did not count as an attempt, because other calls were under way too. */
  uncounted: number;
}

export type NewQueueItem = Omit<
  QueueItem,
  'state' | 'requestId' | 'calledAt' | 'failures' | 'error' | keyof Suspicion
>;

/** Whether a call is suspected of ending the process, and how often it was under way when the process ended. */
export type Suspicion = Pick<QueueItem, 'suspect' | 'uncounted'>;

/** Calls of a lane with the same values of everything that determines why they wait. */
export interface AlikeCalls extends Pick<
  QueueItem,
  'lane' | 'state' | 'kind' | 'suspect' | 'attempt' | 'failures'
> {
  count: number;
  /** When the oldest of them was queued, by the wall clock. */
  oldest: number;
  /** Where the next page begins. */
  last: number;
}

/** The new values of a call that is requeued. */
export interface Requeue {
  lane: number;
  attempt: number;
  at: number;
  score: number;
  /** The current steady time. */
  now: number;
  /** The current wall-clock time. */
  queuedAt: number;
  /** The error of this server that is the reason for requeuing, and the number of consecutive errors. */
  failed?: { failures: number; error: string };
  /** Default: not suspect, because a call that has ended did not end the process. */
  suspicion?: Suspicion;
}

interface ItemRow {
  id: string;
  run_id: string;
  lane: number;
  state: QueueItem['state'];
  kind: QueueKind;
  step_id: string | null;
  attempt: number;
  generation: number;
  parallel: number;
  at: number;
  score: number;
  queued_at: number;
  request_id: string | null;
  called_at: number | null;
  failures: number;
  error: string | null;
  suspect: number;
  uncounted: number;
}

/** The delayed rows, and the rows of suspect calls: few changes concern them, and each choice of a call asks about them. */
const DELAYED = 'queue_item: delayed';
const SUSPECT = 'queue_item: suspect';
/** The ready rows: taking a call reads the next one of its lane, which the next choice reads again. */
const READY = 'queue_item: ready';

/** The longest list of items of a run that is cached. A run has more than one item only while it executes parallel steps. */
const MAX_KEPT_IDS = 10;

/** The condition for the items of a lane, in any state: the index of the lanes begins with the state. */
export const IN_LANE = "state IN ('delayed', 'ready', 'running', 'set-aside') AND lane =";

/** The lane id that a migration gave to all items when it removed the lanes of earlier versions. */
const NO_LANE = 0;

/** The rows of the queue. Every look-up uses an index, so its cost does not grow with the length of the queue. */
@Injectable()
export class QueueStore {
  private readonly rows: CachedRows<QueueItem>;
  /** The ids of the items of a run, oldest first. */
  private readonly idsOfRuns: CachedRows<{ ids: readonly string[] }>;

  constructor(private readonly db: Database) {
    this.rows = new CachedRows(db, ({ state }) => state === 'running');
    this.idsOfRuns = new CachedRows(db, ({ ids }) => ids.length <= MAX_KEPT_IDS);
  }

  insert(item: NewQueueItem, ready: boolean): QueueItem {
    const state = ready ? 'ready' : 'delayed';
    this.db.run(
      `INSERT INTO queue_item (id, run_id, lane, state, kind, step_id, attempt, generation, parallel, at, score,
         queued_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`,
      item.id,
      item.runId,
      item.lane,
      state,
      item.kind,
      item.stepId,
      item.attempt,
      item.generation,
      item.parallel ? 1 : 0,
      item.at,
      item.score,
      item.queuedAt,
    );
    this.db.partChanged(ready ? READY : DELAYED);
    // Written out, because spreads of two objects took 1 % of the server's CPU time, and another 2 % in the caller.
    const added: QueueItem = {
      id: item.id,
      runId: item.runId,
      lane: item.lane,
      state,
      kind: item.kind,
      stepId: item.stepId,
      attempt: item.attempt,
      generation: item.generation,
      parallel: item.parallel,
      at: item.at,
      score: item.score,
      queuedAt: item.queuedAt,
      requestId: null,
      calledAt: null,
      failures: 0,
      error: null,
      suspect: false,
      uncounted: 0,
    };
    this.rows.add(item.id, added);
    // The first call of a run is queued when the run is stored.
    if (item.kind === 'start') this.idsOfRuns.add(item.runId, { ids: [item.id] });
    else this.idsOfRuns.change(item.runId, ({ ids }) => ({ ids: [...ids, item.id] }));
    return added;
  }

  get(id: string): QueueItem | undefined {
    return this.rows.get(id, () => {
      const row = this.db.get<ItemRow>('SELECT * FROM queue_item WHERE id = ?', id);
      return row && itemFromRow(row);
    });
  }

  /** To be called when the run ends: nothing asks for its items any more. */
  endRun(runId: string): void {
    this.db.beforeCommit(() => this.idsOfRuns.forget(runId));
  }

  /** Oldest first. */
  ofRun(runId: string): QueueItem[] {
    const ids = this.idsOfRuns.get(runId, () => undefined)?.ids;
    const cached = ids?.flatMap((id) => this.rows.get(id, () => undefined) ?? []);
    if (cached !== undefined && cached.length === ids?.length) return cached;
    const items = this.db
      .all<ItemRow>('SELECT * FROM queue_item WHERE run_id = ? ORDER BY rowid', runId)
      .map(itemFromRow);
    this.idsOfRuns.add(runId, { ids: items.map(({ id }) => id) });
    return items;
  }

  /** Makes delayed calls ready whose time has come, up to `limit`. Returns the lane of each. */
  promoteDue(now: number, limit: number): number[] {
    if ((this.nextReady() ?? Infinity) > now) return [];
    const due = this.db.all<{ rowid: number; lane: number }>(
      // Without this hint SQLite reads the whole queue in the order of its lanes.
      `SELECT rowid, lane FROM queue_item INDEXED BY queue_delayed
       WHERE state = 'delayed' AND at <= ? ORDER BY at LIMIT ?`,
      now,
      limit,
    );
    if (due.length === 0) return [];
    this.db.partChanged(DELAYED);
    this.db.partChanged(READY);
    this.rows.forget();
    this.db.run(
      "UPDATE queue_item SET state = 'ready' WHERE rowid IN (SELECT value FROM json_each(?))",
      JSON.stringify(due.map(({ rowid }) => rowid)),
    );
    return due.map(({ lane }) => lane);
  }

  /** The first ready item of a lane. */
  headOf(lane: number): QueueItem | undefined {
    const sql = "SELECT * FROM queue_item WHERE lane = ? AND state = 'ready' ORDER BY score, rowid LIMIT 1";
    const row = this.db.getUnchanged<ItemRow>([READY], sql, lane);
    return row && itemFromRow(row);
  }

  /** The call, which was ready, is made. Returns it with its new values. */
  setRunning(item: QueueItem, requestId: string, now: number): QueueItem {
    this.db.partChanged(READY);
    this.db.run(
      "UPDATE queue_item SET state = 'running', request_id = ?, called_at = ?, generation = generation + 1 WHERE id = ?",
      requestId,
      now,
      item.id,
    );
    const running: QueueItem = {
      ...item,
      state: 'running',
      requestId,
      calledAt: now,
      generation: item.generation + 1,
    };
    this.rows.add(item.id, running);
    // As long as its first call was not made, a run has no other one.
    if (item.kind === 'start') this.idsOfRuns.get(item.runId, () => ({ ids: [item.id] }));
    return running;
  }

  /** Returns true if the call is ready, false if it is delayed. */
  requeue(id: string, { lane, attempt, at, score, now, queuedAt, failed, suspicion }: Requeue): boolean {
    this.changed(id);
    const ready = at <= now;
    this.db.run(
      `UPDATE queue_item SET state = ?, lane = ?, kind = CASE kind WHEN 'start' THEN 'continue' ELSE kind END,
         attempt = ?, at = ?, score = ?, queued_at = ?, request_id = NULL, called_at = NULL, failures = ?, error = ?,
         suspect = ?, uncounted = ?
       WHERE id = ?`,
      ready ? 'ready' : 'delayed',
      lane,
      attempt,
      at,
      score,
      queuedAt,
      failed?.failures ?? 0,
      failed?.error ?? null,
      suspicion?.suspect ? 1 : 0,
      suspicion?.uncounted ?? 0,
      id,
    );
    return ready;
  }

  setLane(id: string, lane: number): void {
    this.rows.forget(id);
    this.db.partChanged(READY);
    this.db.run('UPDATE queue_item SET lane = ? WHERE id = ?', lane, id);
  }

  /** Stores an error of this server with a call, and delays the call. Its lane does not change. */
  delay(id: string, { at, failures, error }: { at: number; failures: number; error: string }): void {
    this.changed(id);
    this.db.run(
      "UPDATE queue_item SET state = 'delayed', at = ?, failures = ?, error = ? WHERE id = ?",
      at,
      failures,
      error,
      id,
    );
  }

  setAside(id: string, error: string, now: number): void {
    this.changed(id);
    this.db.run(
      "UPDATE queue_item SET state = 'set-aside', at = ?, failures = failures + 1, error = ? WHERE id = ?",
      now,
      error,
      id,
    );
  }

  /** Returns the lane and the state that it had; undefined when it was not stored. */
  remove(id: string): Pick<QueueItem, 'lane' | 'state'> | undefined {
    const item = this.get(id);
    if (!item) return undefined;
    this.rows.remove(id);
    this.db.run('DELETE FROM queue_item WHERE id = ?', id);
    this.idsOfRuns.change(item.runId, ({ ids }) => ({ ids: ids.filter((other) => other !== id) }));
    if (item.state === 'ready') this.db.partChanged(READY);
    if (item.state === 'delayed') this.db.partChanged(DELAYED);
    if (item.suspect) this.db.partChanged(SUSPECT);
    return item;
  }

  /** The steady time at which the next delayed item is due. */
  nextReady(): number | undefined {
    // Without this hint SQLite reads all delayed items.
    const sql = "SELECT min(at) AS at FROM queue_item INDEXED BY queue_delayed WHERE state = 'delayed'";
    return this.db.getUnchanged<{ at: number | null }>([DELAYED], sql)?.at ?? undefined;
  }

  /** Items without a lane, up to `limit`. */
  withoutLane(limit: number): QueueItem[] {
    const sql = `SELECT * FROM queue_item WHERE ${IN_LANE} ? LIMIT ?`;
    return this.db.all<ItemRow>(sql, NO_LANE, limit).map(itemFromRow);
  }

  /** Whether there is a suspect call. @param state only calls in this state. Default: all states */
  hasSuspect(state?: QueueItem['state']): boolean {
    // Without the hint SQLite may read all items in this state.
    const sql = 'SELECT 1 AS found FROM queue_item INDEXED BY queue_suspect WHERE suspect = 1';
    const found =
      state === undefined
        ? this.db.getUnchanged([SUSPECT], `${sql} LIMIT 1`)
        : this.db.get(`${sql} AND state = ? LIMIT 1`, state);
    return found !== undefined;
  }

  /** Resets the attempt and the suspicion of a call that has begun its next step. */
  beginStep(id: string): void {
    this.db.partChanged(READY);
    this.db.partChanged(SUSPECT);
    this.rows.change(id, { attempt: 0, suspect: false, uncounted: 0 });
    this.db.run('UPDATE queue_item SET attempt = 0, suspect = 0, uncounted = 0 WHERE id = ?', id);
  }

  runningCount(): number {
    return this.db.get<{ n: number }>("SELECT count(*) AS n FROM queue_item WHERE state = 'running'")?.n ?? 0;
  }

  /**
   * A page of the whole queue in the order in which calls were added. Calls that wait for the same reason are grouped.
   * `attempt` and `failures` are 0 or 1 (above 0).
   *
   * @param after the greatest `last` of the previous page; 0 for the first
   */
  alike(after: number, limit: number): AlikeCalls[] {
    return this.db
      .all<Omit<AlikeCalls, 'suspect'> & { suspect: number }>(
        `SELECT lane, state, kind, suspect, attempt > 0 AS attempt, failures > 0 AS failures, count(*) AS count,
           min(queued_at) AS oldest, max(place) AS last
         FROM (SELECT rowid AS place, * FROM queue_item WHERE rowid > ? ORDER BY rowid LIMIT ?)
         GROUP BY lane, state, kind, suspect, attempt > 0, failures > 0`,
        after,
        limit,
      )
      .map((row) => ({ ...row, suspect: row.suspect === 1 }));
  }

  /** @param limit the maximum number; negative for all */
  running(limit = -1): QueueItem[] {
    const sql = "SELECT * FROM queue_item WHERE state = 'running' ORDER BY id LIMIT ?";
    return this.db.all<ItemRow>(sql, limit).map(itemFromRow);
  }

  /** @param limit the maximum number; negative for all */
  setAsideItems(limit = -1): QueueItem[] {
    const sql = "SELECT * FROM queue_item WHERE state = 'set-aside' ORDER BY id LIMIT ?";
    return this.db.all<ItemRow>(sql, limit).map(itemFromRow);
  }

  /** The state and the suspicion of the call change. */
  private changed(id: string): void {
    this.rows.forget(id);
    this.db.partChanged(READY);
    this.db.partChanged(DELAYED);
    this.db.partChanged(SUSPECT);
  }
}

function itemFromRow(row: ItemRow): QueueItem {
  return {
    id: row.id,
    runId: row.run_id,
    lane: row.lane,
    state: row.state,
    kind: row.kind,
    stepId: row.step_id,
    attempt: row.attempt,
    generation: row.generation,
    parallel: row.parallel === 1,
    at: row.at,
    score: row.score,
    queuedAt: row.queued_at,
    requestId: row.request_id,
    calledAt: row.called_at,
    failures: row.failures,
    error: row.error,
    suspect: row.suspect === 1,
    uncounted: row.uncounted,
  };
}
