import { Injectable } from '@nestjs/common';
import { Database } from './database.js';
import { LaneStore } from './lane.store.js';

/** Why a call is made: the first of a run, one that goes on with it, or one that runs a planned step. */
export type QueueKind = 'start' | 'continue' | 'step';

/** One call to make to an app. */
export interface QueueItem {
  id: string;
  runId: string;
  lane: number;
  state: 'delayed' | 'ready' | 'running';
  kind: QueueKind;
  /** The planned step to run; null lets the function find its next step. */
  stepId: string | null;
  /** From 0. */
  attempt: number;
  /** Counts the calls made for this item, so that an answer to an earlier one is known as such. */
  generation: number;
  /** It was planned beside other steps. */
  parallel: boolean;
  /** Not before this moment. */
  at: number;
  /** The order within the lane and among lanes: smallest first. */
  score: number;
  queuedAt: number;
  requestId: string | null;
  calledAt: number | null;
}

export type NewQueueItem = Omit<QueueItem, 'state' | 'requestId' | 'calledAt'>;

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
}

/** Where migrations put the items of lanes that can be kept no longer. */
const NO_LANE = 0;

/** The calls to make. Every look-up is by an index: its cost does not grow with the backlog. */
@Injectable()
export class QueueStore {
  constructor(
    private readonly db: Database,
    private readonly lanes: LaneStore,
  ) {}

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
    if (ready) this.refreshHead(item.lane);
  }

  get(id: string): QueueItem | undefined {
    const row = this.db.get<ItemRow>('SELECT * FROM queue_item WHERE id = ?', id);
    return row && itemFromRow(row);
  }

  ofRun(runId: string): QueueItem[] {
    return this.db.all<ItemRow>('SELECT * FROM queue_item WHERE run_id = ?', runId).map(itemFromRow);
  }

  /** Makes everything ready whose moment has come. */
  promoteDue(now: number): void {
    const due = this.db.all<{ lane: number }>(
      // Without the hint SQLite walks the whole queue in the order of its lanes.
      "SELECT DISTINCT lane FROM queue_item INDEXED BY queue_delayed WHERE state = 'delayed' AND at <= ?",
      now,
    );
    if (due.length === 0) return;
    this.db.run("UPDATE queue_item SET state = 'ready' WHERE state = 'delayed' AND at <= ?", now);
    for (const { lane } of due) this.refreshHead(lane);
  }

  /** The first ready item of a lane. */
  headOf(lane: number): QueueItem | undefined {
    const row = this.db.get<ItemRow>(
      "SELECT * FROM queue_item WHERE lane = ? AND state = 'ready' ORDER BY score, rowid LIMIT 1",
      lane,
    );
    return row && itemFromRow(row);
  }

  setRunning(item: QueueItem, requestId: string, now: number): QueueItem {
    this.db.run(
      "UPDATE queue_item SET state = 'running', request_id = ?, called_at = ?, generation = generation + 1 WHERE id = ?",
      requestId,
      now,
      item.id,
    );
    this.refreshHead(item.lane);
    return { ...item, state: 'running', requestId, calledAt: now, generation: item.generation + 1 };
  }

  /** Puts a called item back for another call. */
  requeue(
    id: string,
    again: { lane: number; attempt: number; at: number; score: number; now: number },
  ): void {
    const ready = again.at <= again.now;
    const before = this.get(id);
    this.db.run(
      `UPDATE queue_item SET state = ?, lane = ?, kind = CASE kind WHEN 'start' THEN 'continue' ELSE kind END,
         attempt = ?, at = ?, score = ?, queued_at = ?, request_id = NULL, called_at = NULL WHERE id = ?`,
      ready ? 'ready' : 'delayed',
      again.lane,
      again.attempt,
      again.at,
      again.score,
      again.now,
      id,
    );
    if (ready) this.refreshHead(again.lane);
    if (before && before.lane !== again.lane) this.lanes.dropIfEmpty(before.lane);
  }

  /** Puts an item that waits into another lane, where it has the same place. */
  move({ id, lane, state }: QueueItem, to: number): void {
    if (lane === to) return;
    this.db.run('UPDATE queue_item SET lane = ? WHERE id = ?', to, id);
    if (state === 'ready') {
      this.refreshHead(lane);
      this.refreshHead(to);
    }
    this.lanes.dropIfEmpty(lane);
  }

  remove(id: string): void {
    const lane = this.db.get<{ lane: number; state: string }>(
      'SELECT lane, state FROM queue_item WHERE id = ?',
      id,
    );
    this.db.run('DELETE FROM queue_item WHERE id = ?', id);
    if (lane?.state === 'ready') this.refreshHead(lane.lane);
    if (lane) this.lanes.dropIfEmpty(lane.lane);
  }

  /** The moment of the next delayed item. */
  nextMoment(): number | undefined {
    const sql = "SELECT min(at) AS at FROM queue_item WHERE state = 'delayed'";
    return this.db.get<{ at: number | null }>(sql)?.at ?? undefined;
  }

  /** Those that no lane has been found for. */
  withoutLane(): QueueItem[] {
    return this.db.all<ItemRow>('SELECT * FROM queue_item WHERE lane = ?', NO_LANE).map(itemFromRow);
  }

  runningCount(): number {
    return this.db.get<{ n: number }>("SELECT count(*) AS n FROM queue_item WHERE state = 'running'")?.n ?? 0;
  }

  running(): QueueItem[] {
    return this.db.all<ItemRow>("SELECT * FROM queue_item WHERE state = 'running'").map(itemFromRow);
  }

  private refreshHead(lane: number): void {
    this.lanes.setHead(lane, this.headOf(lane)?.score ?? null);
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
  };
}
