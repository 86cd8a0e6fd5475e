import { Injectable } from '@nestjs/common';
import { InternalEvent } from '../protocol/event.js';
import { Database } from './database.js';

/** An exact theoretical arrival time (of the rate algorithm GCRA), in steady time: see the flow-control rules. */
export interface ArrivalState {
  at: number;
  part: number;
}

export interface PendingDebounce {
  /** When the first event came, in steady time. */
  firstAt: number;
  /** When the run starts if no other event comes, in steady time. */
  startAt: number;
  /** The `ts` of the event that the run will get. */
  eventTs: number;
  functionId: string;
  /** The event that will start the run. */
  eventId: string;
}

export interface PendingBatch {
  id: string;
  functionId: string;
  /** When its run starts at the latest, in steady time. */
  startAt: number;
  /** The size of all its events together, in bytes of JSON. */
  bytes: number;
}

/** Stores the state of flow control: arrival times of throttles and rate limits, debounces, batches and singletons. */
@Injectable()
export class FlowStore {
  constructor(private readonly db: Database) {}

  /** The state of a throttle or rate limit. */
  arrival(key: string): ArrivalState | undefined {
    return this.db.get<{ at: number; part: number }>('SELECT at, part FROM gcra WHERE key = ?', key);
  }

  /** @param runId the run that used the permit. The reasons of later refusals name it */
  setArrival(key: string, state: ArrivalState, runId?: string): void {
    this.db.run(
      'INSERT OR REPLACE INTO gcra (key, at, part, run_id) VALUES (?,?,?,?)',
      key,
      state.at,
      state.part,
      runId ?? null,
    );
  }

  /** The run that last used a permit of this key. */
  lastRun(key: string): string | undefined {
    return (
      this.db.get<{ run_id: string | null }>('SELECT run_id FROM gcra WHERE key = ?', key)?.run_id ??
      undefined
    );
  }

  debounce(key: string): PendingDebounce | undefined {
    const row = this.db.get<{
      function_id: string;
      event_id: string;
      first_at: number;
      start_at: number;
      event_ts: number;
    }>('SELECT * FROM debounce WHERE key = ?', key);
    return (
      row && {
        functionId: row.function_id,
        eventId: row.event_id,
        firstAt: row.first_at,
        startAt: row.start_at,
        eventTs: row.event_ts,
      }
    );
  }

  saveDebounce(key: string, pending: PendingDebounce): void {
    this.db.run(
      `INSERT OR REPLACE INTO debounce (key, function_id, event_id, first_at, start_at, event_ts)
       VALUES (?,?,?,?,?,?)`,
      key,
      pending.functionId,
      pending.eventId,
      pending.firstAt,
      pending.startAt,
      pending.eventTs,
    );
  }

  removeDebounce(key: string): void {
    this.db.run('DELETE FROM debounce WHERE key = ?', key);
  }

  batch(key: string): PendingBatch | undefined {
    const row = this.db.get<BatchRow>(
      'SELECT id, function_id, start_at, bytes FROM batch WHERE key = ?',
      key,
    );
    return row && batchFromRow(row);
  }

  openBatch(key: string, batch: Omit<PendingBatch, 'bytes'>): void {
    this.db.run(
      'INSERT INTO batch (id, key, function_id, start_at) VALUES (?,?,?,?)',
      batch.id,
      key,
      batch.functionId,
      batch.startAt,
    );
  }

  /** The number of events in a batch. */
  batchSize(batchId: string): number {
    const sql = 'SELECT max(position) AS last FROM batch_event WHERE batch_id = ?';
    const last = this.db.get<{ last: number | null }>(sql, batchId)?.last;
    return last == null ? 0 : last + 1;
  }

  /** Appends an event. `position` is the size of the batch before. */
  addToBatch(batchId: string, position: number, event: { id: string; bytes: number }): void {
    this.db.run('UPDATE batch SET bytes = bytes + ? WHERE id = ?', event.bytes, batchId);
    this.db.run(
      'INSERT INTO batch_event (batch_id, position, event_id) VALUES (?,?,?)',
      batchId,
      position,
      event.id,
    );
  }

  batchById(id: string): PendingBatch | undefined {
    const row = this.db.get<BatchRow>('SELECT id, function_id, start_at, bytes FROM batch WHERE id = ?', id);
    return row && batchFromRow(row);
  }

  /** The id of the first event of a batch among those that are still stored. */
  firstOfBatch(batchId: string): string | undefined {
    return this.db.get<{ event_id: string }>(
      `SELECT event_id FROM batch_event JOIN event ON event.internal_id = batch_event.event_id
       WHERE batch_id = ? ORDER BY position LIMIT 1`,
      batchId,
    )?.event_id;
  }

  /** The events of a batch that invoke its function, oldest first. */
  invocationsOfBatch(batchId: string): string[] {
    const sql = `SELECT event_id FROM batch_event JOIN event ON event.internal_id = event_id
      WHERE batch_id = ? AND event.name = ? ORDER BY position`;
    return this.db
      .all<{ event_id: string }>(sql, batchId, InternalEvent.FunctionInvoked)
      .map((row) => row.event_id);
  }

  closeBatch(id: string): void {
    this.db.run('DELETE FROM batch_event WHERE batch_id = ?', id);
    this.db.run('DELETE FROM batch WHERE id = ?', id);
  }

  /** The number of debounces and batches of a function whose start is due. `now` is in steady time. */
  countHeld(functionId: string, now: number): number {
    const range = keysOf(functionId);
    const sql = `SELECT (SELECT count(*) FROM debounce WHERE key > ? AND key < ? AND start_at <= ?)
      + (SELECT count(*) FROM batch WHERE key > ? AND key < ? AND start_at <= ?) AS n`;
    return this.db.get<{ n: number }>(sql, ...range, now, ...range, now)?.n ?? 0;
  }

  /**
   * The debounces, or the batches, of a function whose start is due, in the order of their keys.
   *
   * @param until starts up to this steady time
   * @param after only keys after this one; empty for all
   */
  held(
    what: 'debounces' | 'batches',
    functionId: string,
    { until, after }: { until: number; after: string },
    limit: number,
  ): HeldStart[] {
    const [first, end] = keysOf(functionId);
    const table = what === 'debounces' ? 'debounce' : 'batch';
    const id = what === 'debounces' ? 'key' : 'id';
    return this.db
      .all<{ key: string; id: string; start_at: number }>(
        `SELECT key, ${id} AS id, start_at FROM ${table} WHERE key > ? AND key < ? AND start_at <= ?
         ORDER BY key LIMIT ?`,
        after === '' ? first : after,
        end,
        until,
        limit,
      )
      .map((row) => ({ key: row.key, id: row.id, startAt: row.start_at }));
  }

  singleton(key: string): string | undefined {
    return this.db.get<{ run_id: string }>('SELECT run_id FROM singleton WHERE key = ?', key)?.run_id;
  }

  setSingleton(key: string, runId: string): void {
    this.db.run('INSERT OR REPLACE INTO singleton (key, run_id) VALUES (?,?)', key, runId);
  }

  releaseSingleton(runId: string): void {
    if (!this.db.isEmpty('singleton')) this.db.run('DELETE FROM singleton WHERE run_id = ?', runId);
  }
}

/** A debounce or a batch whose start a pause has held. */
export interface HeldStart {
  key: string;
  /** The key of the debounce, or the id of the batch. */
  id: string;
  /** When it should have started the run, in steady time. */
  startAt: number;
}

/** All keys of a function's debounces and batches lie between these. */
function keysOf(functionId: string): [string, string] {
  return [functionId, `${functionId};`];
}

interface BatchRow {
  id: string;
  function_id: string;
  start_at: number;
  bytes: number;
}

function batchFromRow(row: BatchRow): PendingBatch {
  return { id: row.id, functionId: row.function_id, startAt: row.start_at, bytes: row.bytes };
}
