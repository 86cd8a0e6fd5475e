import type { Database } from './database.js';

/** How many committed rows are cached: those of the runs under way, of which at most 100 are called at a time. */
const MAX_KEPT = 500;

/**
 * Caches rows that are read by id: those of the current transaction, and committed ones that are likely to be read again.
 * Without it, a run of five steps with checkpoints reads the run's row 27 times, with it at most once.
 *
 * Only this process writes to the data file. The store that owns the table has to report each change of it with
 * {@link add}, {@link change}, {@link remove} or {@link forget}.
 */
export class CachedRows<T extends object, Id = string> {
  private readonly kept = new Map<Id, T>();
  /** The rows that the current transaction has read or changed; undefined for those to read again, null for removed ones. */
  private readonly rows = new Map<Id, T | undefined | null>();
  private transaction: object | undefined;

  /**
   * @param isKept whether a committed row is likely to be read again, and small
   * @param keepsOutside whether to keep also rows that are read outside of transactions. Default: no, because such reads are
   *   mostly those of the API, of any row
   */
  constructor(
    private readonly db: Database,
    private readonly isKept: (row: T) => boolean,
    private readonly keepsOutside = false,
  ) {
    db.onCommit((transaction) => this.committed(transaction));
    db.onScript(() => this.forget());
  }

  /** @param read reads the row from the table if it is not cached */
  get(id: Id, read: () => T | undefined): T | undefined {
    const rows = this.current();
    const known = rows?.has(id) ? rows.get(id) : this.kept.get(id);
    if (known) return known;
    if (known === null) return undefined;
    const row = read();
    if (row && rows) rows.set(id, row);
    else if (row && this.keepsOutside && this.isKept(row)) this.keep(id, row);
    return row;
  }

  /** Caches a row that was just added. */
  add(id: Id, row: T): void {
    this.current()?.set(id, row);
  }

  /** Sets new values of the row's columns. Objects that were read before do not change. */
  change(id: Id, columns: Partial<T> | ((row: T) => Partial<T>)): void {
    const rows = this.current();
    if (!rows) {
      this.kept.delete(id);
      return;
    }
    const known = rows.has(id) ? rows.get(id) : this.kept.get(id);
    const changed = known && { ...known, ...(typeof columns === 'function' ? columns(known) : columns) };
    rows.set(id, changed);
  }

  /** The row was removed from the table. */
  remove(id: Id): void {
    const rows = this.current();
    if (rows) rows.set(id, null);
    else this.kept.delete(id);
  }

  /** Removes the row from the cache, because it was changed; without an id, removes all rows. */
  forget(id?: Id): void {
    const rows = this.current();
    if (id === undefined) {
      this.kept.clear();
      rows?.clear();
    } else if (rows) rows.set(id, undefined);
    else this.kept.delete(id);
  }

  /** The cached rows of the current transaction; undefined outside a transaction. */
  private current(): typeof this.rows | undefined {
    const transaction = this.db.currentTransaction;
    if (transaction === undefined || transaction !== this.transaction) this.rows.clear();
    this.transaction = transaction;
    return transaction && this.rows;
  }

  private committed(transaction: object): void {
    if (transaction !== this.transaction || this.rows.size === 0) return;
    for (const [id, row] of this.rows) {
      this.kept.delete(id);
      if (row && this.isKept(row)) this.keep(id, row);
    }
    this.rows.clear();
    this.transaction = undefined;
  }

  private keep(id: Id, row: T): void {
    this.kept.set(id, row);
    if (this.kept.size <= MAX_KEPT) return;
    const [oldest] = this.kept.keys();
    if (oldest !== undefined) this.kept.delete(oldest);
  }
}
