import { readStoredRecord } from './stored-json.js';
import { Injectable } from '@nestjs/common';
import { ulidFloor } from './ids.js';
import { InternalEvent, type StoredEvent } from '../protocol/event.js';
import type { Sessions } from '../protocol/sessions.js';
import { CachedRows } from './cached-rows.js';
import { Database } from './database.js';
import { contains } from './contains.js';

export interface EventRow {
  internal_id: string;
  id: string;
  name: string;
  data: string;
  user: string | null;
  v: string | null;
  sessions: string | null;
  ts: number;
  received_at: number;
  internal: number;
}

/** The outcome of an event for one function: a run, or the reason why there is none (yet). */
export interface Outcome {
  functionId: string;
  runId?: string;
  /** Why there is no run, or no run yet. */
  reason?: string;
  at: number;
}

export interface EventFilter {
  ids?: readonly string[];
  name?: string;
  /** Only events whose internal id sorts before this one. */
  before?: string;
  receivedAfter?: number;
  receivedBefore?: number;
  /** A text to find in the name, the ids or the data. Case is ignored. */
  text?: string;
  /** Whether to include the events that the server itself sent. */
  internal?: boolean;
  limit: number;
}

@Injectable()
export class EventStore {
  /** The rows of the current transaction: most events are delivered in the transaction that stores them. */
  private readonly rows: CachedRows<EventRow>;

  constructor(private readonly db: Database) {
    this.rows = new CachedRows(db, () => false);
  }

  insert(event: StoredEvent): void {
    const row: EventRow = {
      internal_id: event.internalId,
      id: event.id,
      name: event.name,
      data: JSON.stringify(event.data),
      user: event.user === undefined ? null : JSON.stringify(event.user),
      v: event.v ?? null,
      sessions: event.sessions === undefined ? null : JSON.stringify(event.sessions),
      ts: event.ts,
      received_at: event.receivedAt,
      internal: event.internal ? 1 : 0,
    };
    this.db.run(
      `INSERT INTO event (internal_id, id, name, data, user, v, sessions, ts, received_at, internal)
       VALUES (?,?,?,?,?,?,?,?,?,?)`,
      row.internal_id,
      row.id,
      row.name,
      row.data,
      row.user,
      row.v,
      row.sessions,
      row.ts,
      row.received_at,
      row.internal,
    );
    this.rows.add(row.internal_id, row);
  }

  get(internalId: string): StoredEvent | undefined {
    const row = this.row(internalId);
    return row && eventFromRow(row);
  }

  /** The row of an event, as {@link eventFromRow} reads it. */
  row(internalId: string): EventRow | undefined {
    return this.rows.get(internalId, () =>
      this.db.get<EventRow>('SELECT * FROM event WHERE internal_id = ?', internalId),
    );
  }

  /** The rows of the events that triggered a run, in the order of the batch, without those that are no longer stored. */
  rowsOfRun(runId: string): EventRow[] {
    return this.db.all(
      `SELECT event.* FROM run_event JOIN event ON event.internal_id = run_event.event_id
       WHERE run_id = ? ORDER BY position`,
      runId,
    );
  }

  /**
   * The internal id of the event with which a step invoked a function.
   *
   * @param correlationId the correlation id of the step
   * @param since when the step began, in milliseconds since 1970
   */
  ofInvocation(correlationId: string, since: number): string | undefined {
    return this.db.get<{ internal_id: string }>(
      `SELECT internal_id FROM event WHERE name = ? AND internal_id >= ?
         AND json_extract(data, '$._inngest.correlation_id') = ? ORDER BY internal_id LIMIT 1`,
      InternalEvent.FunctionInvoked,
      ulidFloor(since),
      correlationId,
    )?.internal_id;
  }

  /** Whether an earlier event with the same sender's id already has an outcome for this function. */
  hasEarlier(event: StoredEvent, functionId: string): boolean {
    if (event.id === event.internalId) return false;
    return (
      this.db.get(
        `SELECT 1 AS found FROM event JOIN outcome ON outcome.event_id = event.internal_id
         WHERE event.id = ? AND event.internal_id <> ? AND outcome.function_id = ? LIMIT 1`,
        event.id,
        event.internalId,
        functionId,
      ) !== undefined
    );
  }

  /** Newest first. */
  list(filter: EventFilter): StoredEvent[] {
    const conditions: string[] = [];
    const values: (string | number)[] = [];
    const where = (condition: string, value: string | number | undefined): void => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    if (filter.ids) {
      conditions.push(`internal_id IN (${filter.ids.map(() => '?').join(',')})`);
      values.push(...filter.ids);
    }
    where('name = ?', filter.name);
    where('internal_id < ?', filter.before);
    where('received_at > ?', filter.receivedAfter);
    where('received_at < ?', filter.receivedBefore);
    if (filter.text !== undefined) {
      const { sql, values: texts } = contains(filter.text, {
        plain: ['name', 'id', 'internal_id'],
        json: ['data'],
      });
      conditions.push(sql);
      values.push(...texts);
    }
    if (!filter.internal) conditions.push('internal = 0');
    return this.db
      .all<EventRow>(
        `SELECT * FROM event ${conditions.length ? `WHERE ${conditions.join(' AND ')}` : ''}
         ORDER BY internal_id DESC LIMIT ?`,
        ...values,
        filter.limit,
      )
      .map(eventFromRow);
  }

  /** Stores the outcome of an event for a function. Replaces an earlier outcome. */
  setOutcome(
    eventId: string,
    functionId: string,
    outcome: { runId?: string; reason?: string },
    at: number,
  ): void {
    this.db.run(
      'INSERT OR REPLACE INTO outcome (event_id, function_id, run_id, reason, at) VALUES (?,?,?,?,?)',
      eventId,
      functionId,
      outcome.runId ?? null,
      outcome.reason ?? null,
      at,
    );
  }

  /** Stores the run as the outcome of all its events for its function. One statement, however many events there are. */
  setOutcomesOfRun(runId: string, functionId: string, at: number): void {
    this.db.run(
      `INSERT OR REPLACE INTO outcome (event_id, function_id, run_id, reason, at)
       SELECT event_id, ?, run_id, NULL, ? FROM run_event WHERE run_id = ?`,
      functionId,
      at,
      runId,
    );
  }

  /** Stores why the events of a batch start no run. */
  setOutcomesOfBatch(batchId: string, functionId: string, reason: string, at: number): void {
    this.db.run(
      `INSERT OR REPLACE INTO outcome (event_id, function_id, run_id, reason, at)
       SELECT event_id, ?, NULL, ?, ? FROM batch_event WHERE batch_id = ?`,
      functionId,
      reason,
      at,
      batchId,
    );
  }

  /**
   * The events that started no run of a function and never will, newest first.
   *
   * @param before only events whose internal ids sort before this one
   */
  skippedBy(
    functionId: string,
    before: string | undefined,
    limit: number,
  ): { eventId: string; name: string; reason: string; at: number }[] {
    return this.db.all(
      `SELECT event_id AS eventId, name, reason, at FROM outcome JOIN event ON event.internal_id = event_id
       WHERE function_id = ? AND run_id IS NULL AND reason LIKE 'skipped: %' AND event_id < ?
       ORDER BY event_id DESC LIMIT ?`,
      functionId,
      before ?? '~',
      limit,
    );
  }

  outcomes(eventId: string): Outcome[] {
    return this.db
      .all<{ function_id: string; run_id: string | null; reason: string | null; at: number }>(
        'SELECT function_id, run_id, reason, at FROM outcome WHERE event_id = ?',
        eventId,
      )
      .map((row) => ({
        functionId: row.function_id,
        ...(row.run_id !== null && { runId: row.run_id }),
        ...(row.reason !== null && { reason: row.reason }),
        at: row.at,
      }));
  }
}

export function eventFromRow(row: EventRow): StoredEvent {
  return {
    internalId: row.internal_id,
    id: row.id,
    name: row.name,
    data: readStoredRecord(row.data),
    ...(row.user !== null && { user: readStoredRecord(row.user) }),
    ...(row.v !== null && { v: row.v }),
    ...(row.sessions !== null && { sessions: readStoredRecord(row.sessions) as Sessions }),
    ts: row.ts,
    receivedAt: row.received_at,
    internal: row.internal === 1,
  };
}
