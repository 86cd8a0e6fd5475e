import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** A stored event that has not been delivered yet, or not to all whom it concerns. */
export interface OutboxEntry {
  /** Entries are delivered in this order. */
  id: number;
  eventId: string;
  /** The only function that it is for: an invocation, a tick of a schedule. */
  functionId: string | null;
  /** How far its delivery has come; empty at first. */
  cursor: string;
  /** How often this server failed with it, one after another. */
  failures: number;
}

interface EntryRow {
  id: number;
  event_id: string;
  function_id: string | null;
  cursor: string;
  failures: number;
}

/** Rows of the outbox. */
@Injectable()
export class OutboxStore {
  constructor(private readonly db: Database) {}

  /** Adds an event, last. */
  add(eventId: string, functionId: string | null, now: number): void {
    this.db.run('INSERT INTO outbox (event_id, function_id, at) VALUES (?,?,?)', eventId, functionId, now);
  }

  /** The first entries that are to be delivered now. */
  due(now: number, limit: number): OutboxEntry[] {
    if ((this.next() ?? Infinity) > now) return [];
    return this.db
      .all<EntryRow>(
        'SELECT * FROM outbox WHERE set_aside_at IS NULL AND at <= ? ORDER BY id LIMIT ?',
        now,
        limit,
      )
      .map((row) => ({
        id: row.id,
        eventId: row.event_id,
        functionId: row.function_id,
        cursor: row.cursor,
        failures: row.failures,
      }));
  }

  /** When the next entry is to be tried again; undefined when none waits. */
  next(): number | undefined {
    const sql = 'SELECT min(at) AS at FROM outbox WHERE set_aside_at IS NULL';
    return this.db.getUnchanged<{ at: number | null }>(['outbox'], sql)?.at ?? undefined;
  }

  setCursor(id: number, cursor: string): void {
    this.db.run('UPDATE outbox SET cursor = ? WHERE id = ?', cursor, id);
  }

  remove(id: number): void {
    this.db.run('DELETE FROM outbox WHERE id = ?', id);
  }

  /** Notes an error of this server; the entry is tried again `at` that time. */
  retry(id: number, { at, failures, error }: { at: number; failures: number; error: string }): void {
    this.db.run('UPDATE outbox SET at = ?, failures = ?, error = ? WHERE id = ?', at, failures, error, id);
  }

  setAside(id: number, error: string, now: number): void {
    this.db.run('UPDATE outbox SET set_aside_at = ?, error = ? WHERE id = ?', now, error, id);
  }

  setAsideEntries(): { eventId: string; error: string; at: number }[] {
    return this.db.all(
      'SELECT event_id AS eventId, error, set_aside_at AS at FROM outbox WHERE set_aside_at IS NOT NULL',
    );
  }

  /** What was set aside is tried again. */
  takeBack(now: number): void {
    this.db.run(
      'UPDATE outbox SET set_aside_at = NULL, failures = 0, at = ? WHERE set_aside_at IS NOT NULL',
      now,
    );
  }

  /** Where an event waits; undefined when it was delivered. */
  ofEvent(eventId: string): { error: string | null; setAsideAt: number | null } | undefined {
    return this.db.get<{ error: string | null; setAsideAt: number | null }>(
      'SELECT error, set_aside_at AS setAsideAt FROM outbox WHERE event_id = ? LIMIT 1',
      eventId,
    );
  }
}
