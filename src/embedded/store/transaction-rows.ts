import type { Database } from './database.js';

/**
 * Caches the rows that were read by id in the current transaction. Without the cache, a run of five steps with
 * checkpoints reads the run's row 27 times, and with it 7 times.
 *
 * The store that owns the table has to report each change of it with {@link change} or {@link forget}.
 */
export class TransactionRows<T extends object> {
  private readonly rows = new Map<string, T>();
  private transaction: object | undefined;

  constructor(private readonly db: Database) {}

  /** @param read reads the row from the table if it is not cached */
  get(id: string, read: () => T | undefined): T | undefined {
    const rows = this.current();
    const known = rows?.get(id);
    if (known) return known;
    const row = read();
    if (row) rows?.set(id, row);
    return row;
  }

  /** Caches a row that was just added. */
  add(id: string, row: T): void {
    this.current()?.set(id, row);
  }

  /** Sets new values of the row's columns. Objects that were read before do not change. */
  change(id: string, columns: Partial<T> | ((row: T) => Partial<T>)): void {
    const rows = this.current();
    const known = rows?.get(id);
    if (known) rows?.set(id, { ...known, ...(typeof columns === 'function' ? columns(known) : columns) });
  }

  /** Removes the row from the cache, because it was changed or removed; without an id, removes all rows. */
  forget(id?: string): void {
    if (id === undefined) this.rows.clear();
    else this.rows.delete(id);
  }

  /** The cached rows of the current transaction; undefined outside a transaction, where nothing is cached. */
  private current(): Map<string, T> | undefined {
    const transaction = this.db.currentTransaction;
    if (transaction === undefined || transaction !== this.transaction) this.rows.clear();
    this.transaction = transaction;
    return transaction && this.rows;
  }
}
