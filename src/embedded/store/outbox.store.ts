import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** A stored event that is not delivered yet, or not completely. */
export interface OutboxEntry {
  /** Entries are delivered in the order of their ids. */
  id: number;
  eventId: string;
  /** The only function to which the event is delivered (an invocation, a cron schedule); null for all. */
  functionId: string | null;
  /** Where the next piece of the delivery begins; empty for the first. */
  cursor: string;
  /** The number of consecutive errors of this server with the entry. */
  failures: number;
}

interface EntryRow {
  id: number;
  event_id: string;
  function_id: string | null;
  cursor: string;
  failures: number;
}

/** The rows of the outbox. Times named `at` are in steady time. */
@Injectable()
export class OutboxStore {
  constructor(private readonly db: Database) {}

  /** Adds an event at the end. */
  add(eventId: string, functionId: string | null, now: number): void {
    this.db.run('INSERT INTO outbox (event_id, function_id, at) VALUES (?,?,?)', eventId, functionId, now);
  }

  /** The first entries that are due. */
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

  /** When the next entry is due; undefined when there is none. */
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

  /** Stores an error of this server. The entry is tried again at the steady time `at`. */
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

  /** Makes all entries due that were set aside. */
  takeBack(now: number): void {
    this.db.run(
      'UPDATE outbox SET set_aside_at = NULL, failures = 0, at = ? WHERE set_aside_at IS NOT NULL',
      now,
    );
  }

  /** The errors of an event that is not delivered yet; undefined when it is delivered. */
  ofEvent(eventId: string): { error: string | null; setAsideAt: number | null } | undefined {
    return this.db.get<{ error: string | null; setAsideAt: number | null }>(
      'SELECT error, set_aside_at AS setAsideAt FROM outbox WHERE event_id = ? LIMIT 1',
      eventId,
    );
  }
}
