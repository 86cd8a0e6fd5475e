import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** A stored event that is not delivered yet, or not completely. */
export interface OutboxEntry {
  /** Entries are delivered in the order of their ids. Negative for an entry without a row. */
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

/** An entry that has no row yet. */
interface NewEntry extends Pick<OutboxEntry, 'eventId' | 'functionId'> {
  at: number;
}

/** What a transaction has added, by negative ids. */
interface Added {
  readonly transaction: object;
  /** The entries without rows. */
  readonly entries: Map<number, NewEntry>;
  /** The ids of the rows that were made for the others. */
  readonly rows: Map<number, number>;
}

/**
 * The rows of the outbox. Times named `at` are in steady time.
 *
 * Most events are delivered in the transaction that adds them. So an entry gets a row only when it is still there at the end
 * of that transaction. That saves the statements that add, read and remove the row.
 */
@Injectable()
export class OutboxStore {
  private added: Added | undefined;
  /** The last id of an entry without a row. */
  private lastId = 0;

  constructor(private readonly db: Database) {}

  /** Adds an event at the end. */
  add(eventId: string, functionId: string | null, now: number): void {
    const transaction = this.db.currentTransaction;
    if (transaction === undefined) {
      this.insert(eventId, functionId, now);
      return;
    }
    if (this.added?.transaction !== transaction)
      this.added = { transaction, entries: new Map(), rows: new Map() };
    if (this.added.entries.size === 0) this.db.beforeCommit(() => this.insertAdded());
    this.lastId -= 1;
    this.added.entries.set(this.lastId, { eventId, functionId, at: now });
  }

  /** The first entries that are due. */
  due(now: number, limit: number): OutboxEntry[] {
    const added = this.withoutRows();
    if (added.length > 0 && this.db.isEmpty('outbox')) {
      const isNew = { cursor: '', failures: 0 };
      return added
        .slice(0, limit)
        .map(([id, { eventId, functionId }]) => ({ id, eventId, functionId, ...isNew }));
    }
    this.insertAdded();
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
    const [first] = this.withoutRows();
    if (first) return first[1].at;
    const sql = 'SELECT min(at) AS at FROM outbox WHERE set_aside_at IS NULL';
    return this.db.getUnchanged<{ at: number | null }>(['outbox'], sql)?.at ?? undefined;
  }

  setCursor(id: number, cursor: string): void {
    this.db.run('UPDATE outbox SET cursor = ? WHERE id = ?', cursor, this.rowOf(id));
  }

  remove(id: number): void {
    if (!this.added?.entries.delete(id)) this.db.run('DELETE FROM outbox WHERE id = ?', this.rowOf(id));
  }

  /** Stores an error of this server. The entry is tried again at the steady time `at`. */
  retry(id: number, { at, failures, error }: { at: number; failures: number; error: string }): void {
    const sql = 'UPDATE outbox SET at = ?, failures = ?, error = ? WHERE id = ?';
    this.db.run(sql, at, failures, error, this.rowOf(id));
  }

  setAside(id: number, error: string, now: number): void {
    this.db.run('UPDATE outbox SET set_aside_at = ?, error = ? WHERE id = ?', now, error, this.rowOf(id));
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
    this.insertAdded();
    return this.db.get<{ error: string | null; setAsideAt: number | null }>(
      'SELECT error, set_aside_at AS setAsideAt FROM outbox WHERE event_id = ? LIMIT 1',
      eventId,
    );
  }

  /** The entries of the current transaction that have no rows, in their order. */
  private withoutRows(): [number, NewEntry][] {
    const { added } = this;
    return added && added.transaction === this.db.currentTransaction ? [...added.entries] : [];
  }

  private insertAdded(): void {
    for (const [id, { eventId, functionId, at }] of this.withoutRows()) {
      this.added?.rows.set(id, this.insert(eventId, functionId, at));
      this.added?.entries.delete(id);
    }
  }

  private insert(eventId: string, functionId: string | null, at: number): number {
    const sql = 'INSERT INTO outbox (event_id, function_id, at) VALUES (?,?,?) RETURNING id';
    return (this.db.get(sql, eventId, functionId, at) as { id: number }).id;
  }

  /** The id of an entry's row, which is made if there is none. */
  private rowOf(id: number): number {
    if (id > 0) return id;
    this.insertAdded();
    return this.added?.rows.get(id) ?? id;
  }
}
