import { Injectable } from '@nestjs/common';
import type { ConcurrencySlot } from '../flow-control/index.js';
import { Database } from './database.js';

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

/**
 * All calls that share every limit: the same function, throttle key and concurrency slots. Starts have lanes of their
 * own, because only they are throttled. A lane that cannot move waits for a slot or a moment and costs nothing.
 */
export interface Lane {
  id: number;
  functionId: string;
  slots: ConcurrencySlot[];
  /** Set on lanes of starts that are throttled. */
  throttleKey: string | null;
  waitingFor: string | null;
  waitingUntil: number | null;
}

interface LaneRow {
  id: number;
  function_id: string;
  slots: string;
  throttle_key: string | null;
  waiting_for: string | null;
  waiting_until: number | null;
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
}

/** Rows of the queue and its lanes. Every look-up is by an index: its cost does not grow with the backlog. */
@Injectable()
export class QueueStore {
  constructor(private readonly db: Database) {}

  /** The lane of these limits; made when there is none. */
  laneFor(functionId: string, slots: ConcurrencySlot[], throttleKey: string | null): number {
    const key = JSON.stringify([functionId, throttleKey, ...slots.map((slot) => slot.id)]);
    const known = this.db.get<{ id: number }>('SELECT id FROM lane WHERE key = ?', key);
    if (known) {
      this.db.run(
        'UPDATE lane SET slots = ? WHERE id = ? AND slots <> ?',
        JSON.stringify(slots),
        known.id,
        JSON.stringify(slots),
      );
      return known.id;
    }
    this.db.run(
      'INSERT INTO lane (key, function_id, slots, throttle_key) VALUES (?,?,?,?)',
      key,
      functionId,
      JSON.stringify(slots),
      throttleKey,
    );
    return this.db.get<{ id: number }>('SELECT id FROM lane WHERE key = ?', key)?.id as number;
  }

  lane(id: number): Lane | undefined {
    const row = this.db.get<LaneRow>('SELECT * FROM lane WHERE id = ?', id);
    return row && laneFromRow(row);
  }

  /** The lane that nothing holds up and whose first item comes before all others'. */
  firstOpenLane(): Lane | undefined {
    const row = this.db.get<LaneRow>(
      `SELECT * FROM lane WHERE head IS NOT NULL AND waiting_for IS NULL AND waiting_until IS NULL
       ORDER BY head LIMIT 1`,
    );
    return row && laneFromRow(row);
  }

  holdLane(id: number, until: { slot: string } | { at: number }): void {
    if ('slot' in until) this.db.run('UPDATE lane SET waiting_for = ? WHERE id = ?', until.slot, id);
    else this.db.run('UPDATE lane SET waiting_until = ? WHERE id = ?', until.at, id);
  }

  /** Lets the best lane that waits for this slot try again. Returns whether there was one. */
  wakeLaneFor(slot: string): boolean {
    const best = this.db.get<{ id: number }>(
      'SELECT id FROM lane WHERE waiting_for = ? AND head IS NOT NULL ORDER BY head LIMIT 1',
      slot,
    );
    if (best) this.db.run('UPDATE lane SET waiting_for = NULL WHERE id = ?', best.id);
    return best !== undefined;
  }

  wakeLanesUntil(now: number): void {
    this.db.run('UPDATE lane SET waiting_until = NULL WHERE waiting_until <= ?', now);
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
    if (before && before.lane !== again.lane) this.dropLaneIfEmpty(before.lane);
  }

  remove(id: string): void {
    const lane = this.db.get<{ lane: number; state: string }>(
      'SELECT lane, state FROM queue_item WHERE id = ?',
      id,
    );
    this.db.run('DELETE FROM queue_item WHERE id = ?', id);
    if (lane?.state === 'ready') this.refreshHead(lane.lane);
    if (lane) this.dropLaneIfEmpty(lane.lane);
  }

  /** The next moment at which a delayed item or a held lane can move. */
  nextMoment(): number | undefined {
    const at = this.db.get<{ at: number | null }>(
      "SELECT min(at) AS at FROM queue_item WHERE state = 'delayed'",
    )?.at;
    const until = this.db.get<{ at: number | null }>(
      'SELECT min(waiting_until) AS at FROM lane WHERE waiting_until IS NOT NULL',
    )?.at;
    const moments = [at, until].filter((moment) => typeof moment === 'number');
    return moments.length ? Math.min(...moments) : undefined;
  }

  running(): QueueItem[] {
    return this.db.all<ItemRow>("SELECT * FROM queue_item WHERE state = 'running'").map(itemFromRow);
  }

  usedSlots(id: string): number {
    return this.db.get<{ used: number }>('SELECT used FROM slot WHERE id = ?', id)?.used ?? 0;
  }

  acquireSlots(slots: readonly ConcurrencySlot[]): void {
    for (const { id } of slots) {
      this.db.run(
        'INSERT INTO slot (id, used) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET used = used + 1',
        id,
      );
    }
  }

  releaseSlots(slots: readonly ConcurrencySlot[]): void {
    for (const { id } of slots) {
      this.db.run('UPDATE slot SET used = used - 1 WHERE id = ?', id);
      this.db.run('DELETE FROM slot WHERE id = ? AND used <= 0', id);
    }
  }

  /** Lets every lane of a function try again, because its limits have changed. */
  wakeLanesOf(functionId: string): void {
    this.db.run('UPDATE lane SET waiting_for = NULL, waiting_until = NULL WHERE function_id = ?', functionId);
  }

  /** Forgets which slots were taken: after a restart no call is under way. */
  clearSlots(): void {
    this.db.run('DELETE FROM slot');
    this.db.run('UPDATE lane SET waiting_for = NULL');
  }

  /** A lane without ready items waits for nothing: nobody would wake it. */
  private refreshHead(lane: number): void {
    const head = this.headOf(lane)?.score ?? null;
    if (head !== null) this.db.run('UPDATE lane SET head = ? WHERE id = ?', head, lane);
    else
      this.db.run('UPDATE lane SET head = NULL, waiting_for = NULL, waiting_until = NULL WHERE id = ?', lane);
  }

  /** Keyed limits make as many lanes as there are keys; one without calls is made anew when it is needed. */
  private dropLaneIfEmpty(lane: number): void {
    this.db.run(
      'DELETE FROM lane WHERE id = ? AND NOT EXISTS (SELECT 1 FROM queue_item WHERE lane = ?)',
      lane,
      lane,
    );
  }
}

function laneFromRow(row: LaneRow): Lane {
  return {
    id: row.id,
    functionId: row.function_id,
    slots: JSON.parse(row.slots) as ConcurrencySlot[],
    throttleKey: row.throttle_key,
    waitingFor: row.waiting_for,
    waitingUntil: row.waiting_until,
  };
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
