import { Injectable } from '@nestjs/common';
import { Database } from './database.js';
import { TransactionRows } from './transaction-rows.js';

/** Why a call is made: the first of a run, one that goes on with it, or one that runs a planned step. */
export type QueueKind = 'start' | 'continue' | 'step';

/** One call to make to an app. */
export interface QueueItem {
  id: string;
  runId: string;
  lane: number;
  /** `set-aside`: it kept failing with an error of this server, and is not tried any more until the next start. */
  state: 'delayed' | 'ready' | 'running' | 'set-aside';
  kind: QueueKind;
  /** The planned step to run; null lets the function find its next step. */
  stepId: string | null;
  /** From 0. */
  attempt: number;
  /** Counts the calls made for this item, so that an answer to an earlier one is recognized. */
  generation: number;
  /** Its app is to plan steps before it runs them, whatever the run says by then. */
  parallel: boolean;
  /** Not before this steady time. */
  at: number;
  /** The order within the lane and among lanes: smallest first. */
  score: number;
  /** The wall clock's time, as `calledAt` is. */
  queuedAt: number;
  requestId: string | null;
  calledAt: number | null;
  /** How often this server itself failed with it, one after another. */
  failures: number;
  /** The last of these errors. */
  error: string | null;
  /** It was under way when the process ended without a stop, and has neither ended nor reported a step since. */
  suspect: boolean;
  /** How many such ends did not count as an attempt, because other calls were under way too. */
  uncounted: number;
}

export type NewQueueItem = Omit<
  QueueItem,
  'state' | 'requestId' | 'calledAt' | 'failures' | 'error' | keyof Suspicion
>;

/** Whether, and how strongly, a call is suspected to end the process. */
export type Suspicion = Pick<QueueItem, 'suspect' | 'uncounted'>;

/** Calls of a lane that are alike in all that decides what they wait for. */
export interface AlikeCalls extends Pick<
  QueueItem,
  'lane' | 'state' | 'kind' | 'suspect' | 'attempt' | 'failures'
> {
  count: number;
  /** When the first of them was queued, on the wall clock. */
  oldest: number;
  /** Where the next page begins. */
  last: number;
}

/** How a call is put back. */
export interface Requeue {
  lane: number;
  attempt: number;
  at: number;
  score: number;
  /** The steady time. */
  now: number;
  /** What the wall clock shows. */
  queuedAt: number;
  /** The error of this server because of which it is put back, and how many there were. */
  failed?: { failures: number; error: string };
  /** None unless given: a call that has ended is not suspect any more. */
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

/** Where migrations put the items of lanes that can be kept no longer. */
const NO_LANE = 0;

/** Rows of the calls to make. Every look-up is by an index: its cost does not grow with the backlog. */
@Injectable()
export class QueueStore {
  private readonly rows: TransactionRows<QueueItem>;

  constructor(private readonly db: Database) {
    this.rows = new TransactionRows(db);
  }

  insert(item: NewQueueItem, ready: boolean): void {
    this.db.run(
      `INSERT INTO queue_item (id, run_id, lane, state, kind, step_id, attempt, generation, parallel, at, score,
         queued_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`,
      item.id,
      item.runId,
      item.lane,
      ready ? 'ready' : 'delayed',
      item.kind,
      item.stepId,
      item.attempt,
      item.generation,
      item.parallel ? 1 : 0,
      item.at,
      item.score,
      item.queuedAt,
    );
  }

  get(id: string): QueueItem | undefined {
    return this.rows.get(id, () => {
      const row = this.db.get<ItemRow>('SELECT * FROM queue_item WHERE id = ?', id);
      return row && itemFromRow(row);
    });
  }

  ofRun(runId: string): QueueItem[] {
    return this.db.all<ItemRow>('SELECT * FROM queue_item WHERE run_id = ?', runId).map(itemFromRow);
  }

  /** Makes delayed calls ready whose time has come, up to `limit`. Returns the lane of each. */
  promoteDue(now: number, limit: number): number[] {
    if ((this.nextReady() ?? Infinity) > now) return [];
    const due = this.db.all<{ rowid: number; lane: number }>(
      // Without the hint SQLite walks the whole queue in the order of its lanes.
      `SELECT rowid, lane FROM queue_item INDEXED BY queue_delayed
       WHERE state = 'delayed' AND at <= ? ORDER BY at LIMIT ?`,
      now,
      limit,
    );
    if (due.length === 0) return [];
    this.rows.forget();
    this.db.run(
      "UPDATE queue_item SET state = 'ready' WHERE rowid IN (SELECT value FROM json_each(?))",
      JSON.stringify(due.map(({ rowid }) => rowid)),
    );
    return due.map(({ lane }) => lane);
  }

  /** The first ready item of a lane. */
  headOf(lane: number): QueueItem | undefined {
    const row = this.db.get<ItemRow>(
      "SELECT * FROM queue_item WHERE lane = ? AND state = 'ready' ORDER BY score, rowid LIMIT 1",
      lane,
    );
    return row && itemFromRow(row);
  }

  setRunning(id: string, requestId: string, now: number): void {
    this.rows.forget(id);
    this.db.run(
      "UPDATE queue_item SET state = 'running', request_id = ?, called_at = ?, generation = generation + 1 WHERE id = ?",
      requestId,
      now,
      id,
    );
  }

  /** Returns whether the call is ready, rather than delayed. */
  requeue(id: string, { lane, attempt, at, score, now, queuedAt, failed, suspicion }: Requeue): boolean {
    this.rows.forget(id);
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
    this.db.run('UPDATE queue_item SET lane = ? WHERE id = ?', lane, id);
  }

  /** Notes an error of this server with a call that stays where it is, and delays it. */
  delay(id: string, { at, failures, error }: { at: number; failures: number; error: string }): void {
    this.rows.forget(id);
    this.db.run(
      "UPDATE queue_item SET state = 'delayed', at = ?, failures = ?, error = ? WHERE id = ?",
      at,
      failures,
      error,
      id,
    );
  }

  setAside(id: string, error: string, now: number): void {
    this.rows.forget(id);
    this.db.run(
      "UPDATE queue_item SET state = 'set-aside', at = ?, failures = failures + 1, error = ? WHERE id = ?",
      now,
      error,
      id,
    );
  }

  /** Returns where it was; undefined when it is not stored. */
  remove(id: string): Pick<QueueItem, 'lane' | 'state'> | undefined {
    this.rows.forget(id);
    return this.db.get<Pick<QueueItem, 'lane' | 'state'>>(
      'DELETE FROM queue_item WHERE id = ? RETURNING lane, state',
      id,
    );
  }

  /** When the next delayed item is ready. */
  nextReady(): number | undefined {
    const sql = "SELECT min(at) AS at FROM queue_item WHERE state = 'delayed'";
    return this.db.getUnchanged<{ at: number | null }>(['queue_item'], sql)?.at ?? undefined;
  }

  /** Items that are in no lane, up to `limit`. */
  withoutLane(limit: number): QueueItem[] {
    const sql = 'SELECT * FROM queue_item WHERE lane = ? LIMIT ?';
    return this.db.all<ItemRow>(sql, NO_LANE, limit).map(itemFromRow);
  }

  /** @param state whether a suspect call is in this state; in any, unless given */
  hasSuspect(state?: QueueItem['state']): boolean {
    const found =
      state === undefined
        ? this.db.get('SELECT 1 AS found FROM queue_item WHERE suspect = 1 LIMIT 1')
        : this.db.get('SELECT 1 AS found FROM queue_item WHERE suspect = 1 AND state = ? LIMIT 1', state);
    return found !== undefined;
  }

  /** The step that the call executes now is another one than before: its attempts begin anew. */
  beginStep(id: string): void {
    this.rows.forget(id);
    this.db.run('UPDATE queue_item SET attempt = 0, suspect = 0, uncounted = 0 WHERE id = ?', id);
  }

  runningCount(): number {
    return this.db.get<{ n: number }>("SELECT count(*) AS n FROM queue_item WHERE state = 'running'")?.n ?? 0;
  }

  /**
   * A page of the whole queue in the order in which calls came, alike ones counted together. `attempt` and `failures`
   * are 1 where they are above 0.
   *
   * @param after the greatest `last` of the page before; 0 for the first
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

  /** @param limit how many at most; all when it is negative */
  running(limit = -1): QueueItem[] {
    const sql = "SELECT * FROM queue_item WHERE state = 'running' ORDER BY id LIMIT ?";
    return this.db.all<ItemRow>(sql, limit).map(itemFromRow);
  }

  /** @param limit how many at most; all when it is negative */
  setAsideItems(limit = -1): QueueItem[] {
    const sql = "SELECT * FROM queue_item WHERE state = 'set-aside' LIMIT ?";
    return this.db.all<ItemRow>(sql, limit).map(itemFromRow);
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
