import { Logger } from '@nestjs/common';
import { openDriver } from './driver/open-driver.js';
import type { DriverName, SqliteDriver, SqlValue } from './driver/sqlite-driver.js';
import type { Guard } from './guard.js';
import { emptyLog, leaveOneFile } from './leave-one-file.js';
import { QueryResults, tableChangedBy } from './query-results.js';
import { StatementCache, type CachedStatement } from './statement-cache.js';
import { StoreUnavailableError } from './store-unavailable.error.js';
import { stackOf } from '../../common/error-text.js';

export { StoreUnavailableError, type StoreProblem } from './store-unavailable.error.js';
export type { SqlValue } from './driver/sqlite-driver.js';

type Row = Record<string, SqlValue>;

/**
 * How long SQLite may wait for another process's lock, in milliseconds: the event loop waits with it. Only the first
 * attempt waits. Later ones fail at once until the lock is free: many may wait for it, and the loop for all of them.
 */
const BUSY_TIMEOUT_MS = 20;
/** The stores have about 200 statements of a fixed text. */
const MAX_STATEMENTS = 300;

/**
 * A synchronous SQLite connection with cached statements and transactions.
 *
 * Each change of state is one {@link transaction}. Work that must see only committed state (a wake-up, a live update)
 * goes through {@link afterCommit}.
 *
 * Every method throws StoreUnavailableError if the file is busy, full, read-only or the disk fails. Any other error is a
 * bug, and stays as the driver threw it.
 */
export class Database {
  private readonly logger = new Logger(Database.name);
  private readonly driver: SqliteDriver;
  private readonly statements: StatementCache;
  private readonly results = new QueryResults();
  private transactionState: Transaction | undefined;
  /** Whether a transaction is open that a failed ROLLBACK left behind. */
  private isLeftOpen = false;
  private hasChanged = false;
  private isClosed = false;
  private busyTimeoutMs = 0;
  private commitListener: (() => void) | undefined;
  private guard: Guard | undefined;

  /**
   * @param source a path, `:memory:`, or an open driver
   * @throws StoreUnavailableError, NoSqliteError
   */
  constructor(source: string | SqliteDriver) {
    this.driver = typeof source === 'string' ? attempt(() => openDriver(source)) : source;
    this.statements = new StatementCache((sql) => this.driver.prepare(sql), MAX_STATEMENTS);
    // Without this the busy timeout is 0 in libsql and in Node 22.13.
    attempt(() => this.setBusyTimeout(BUSY_TIMEOUT_MS));
  }

  /** The transaction under way: another object for each. */
  get currentTransaction(): object | undefined {
    return this.transactionState;
  }

  /** Whether a {@link transaction} is under way. */
  get inTransaction(): boolean {
    return this.transactionState !== undefined;
  }

  /** The library that reads the file. */
  get driverName(): DriverName {
    return this.driver.name;
  }

  /** How many statements are kept compiled. */
  get cachedStatements(): number {
    return this.statements.size;
  }

  /** Asks the guard at every transaction from now on. */
  guardWith(guard: Guard): void {
    this.guard = guard;
  }

  /** Whether the file is there and belongs to this server: looks now. Returns the problem, if there is one. */
  look(): StoreUnavailableError | undefined {
    return this.isClosed ? undefined : this.guard?.look();
  }

  /** Runs a script of several statements without parameters. Outside a transaction each statement is one of its own. */
  script(sql: string): void {
    this.execute(() => this.driver.exec(sql));
    this.results.clear();
  }

  /** Runs one statement; returns how many rows it changed. */
  run(sql: string, ...values: SqlValue[]): number {
    return this.change(sql, ({ statement, changes }) => {
      const count = statement.run(checked(values));
      if (changes !== undefined && count > 0) this.results.changed(changes);
      return count;
    });
  }

  /** The first row, or undefined. */
  get<T extends object = Row>(sql: string, ...values: SqlValue[]): T | undefined {
    return this.change(sql, ({ statement, changes }) => {
      const row = statement.get(checked(values)) as T | undefined;
      if (changes !== undefined) this.results.changed(changes);
      return row;
    });
  }

  /**
   * As {@link get}, but SQLite is asked only if one of the tables has changed since the same query was made last. For what
   * is asked much more often than it changes.
   *
   * @param tables all tables that the query reads
   * @returns a row that must not be changed
   */
  getUnchanged<T extends object = Row>(
    tables: readonly string[],
    sql: string,
    ...values: SqlValue[]
  ): Readonly<T> | undefined {
    return this.results.get(tables, sql, values, () => this.get<T>(sql, ...values));
  }

  /** All rows. */
  all<T extends object = Row>(sql: string, ...values: SqlValue[]): T[] {
    return this.change(sql, ({ statement, changes }) => {
      const rows = statement.all(checked(values)) as T[];
      if (changes !== undefined) this.results.changed(changes);
      return rows;
    });
  }

  /**
   * Runs `work` as one transaction: the store keeps all of it, or nothing if it throws. A transaction inside another is
   * part of the outer one.
   *
   * If a statement or an inner transaction throws, the whole outer transaction is rolled back and throws that error,
   * even if `work` caught it: SQLite may have undone an unknown part already. Until then every statement throws it too.
   *
   * @throws StoreUnavailableError if the transaction cannot begin or end
   */
  transaction<T>(work: () => T): T {
    return this.transactionState ? this.inner(this.transactionState, work) : this.outer(work);
  }

  /**
   * Calls `listener` when the current transaction has been committed; outside a transaction, immediately. An error of
   * the listener is logged. It reaches neither the transaction nor the other listeners.
   */
  afterCommit(listener: () => void): void {
    if (this.transactionState) this.transactionState.listeners.push(listener);
    else this.notify(listener);
  }

  /** Calls `listener` after every commit, before those of {@link afterCommit}. There is one such listener. */
  onCommit(listener: () => void): void {
    this.commitListener = listener;
  }

  /**
   * Moves everything into the file itself, and closes it. The write-ahead log is removed, unless another process has the
   * file open: SQLite then keeps it, empty if nobody is reading.
   */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.statements.clear();
    // A file that is not this server's any more is left to the one that has it.
    if (this.hasChanged && !this.guard?.problem) leaveOneFile(this.driver, this.logger);
    this.driver.close();
  }

  /** Moves the write-ahead log into the file, and empties it. Logs why, if that is not possible now. */
  checkpoint(): void {
    emptyLog(this.driver, this.logger);
  }

  private outer<T>(work: () => T): T {
    if (this.guard?.problem) throw this.guard.problem;
    this.rollBackWhatIsLeft();
    // A record of our own: drivers for Node 22.13 cannot ask SQLite whether a transaction is open.
    const transaction: Transaction = { listeners: [] };
    this.begin();
    this.transactionState = transaction;
    this.hasChanged = true;
    let result: T;
    try {
      attempt(() => this.setBusyTimeout(BUSY_TIMEOUT_MS));
      this.guard?.assertMine();
      result = work();
      if (transaction.failure) throw transaction.failure.error;
      attempt(() => this.driver.exec('COMMIT'));
    } catch (error) {
      this.rollBack();
      throw transaction.failure ? transaction.failure.error : error;
    } finally {
      this.transactionState = undefined;
    }
    if (this.commitListener) this.notify(this.commitListener);
    for (const listener of transaction.listeners) this.notify(listener);
    return result;
  }

  private begin(): void {
    try {
      attempt(() => this.driver.exec('BEGIN IMMEDIATE'));
    } catch (error) {
      if (error instanceof StoreUnavailableError && error.kind === 'busy') {
        attempt(() => this.setBusyTimeout(0));
      }
      throw error;
    }
  }

  private setBusyTimeout(ms: number): void {
    if (this.busyTimeoutMs === ms) return;
    this.driver.exec(`PRAGMA busy_timeout = ${ms}`);
    this.busyTimeoutMs = ms;
  }

  private inner<T>(transaction: Transaction, work: () => T): T {
    try {
      return work();
    } catch (error) {
      transaction.failure ??= { error };
      throw error;
    }
  }

  /** A change outside a transaction becomes one: libsql cannot recover a statement that fails to get the lock. */
  private change<T>(sql: string, work: (cached: CachedStatement) => T): T {
    const execute = (): T => this.execute(() => work(this.statements.get(sql)));
    return this.transactionState || tableChangedBy(sql) === undefined ? execute() : this.outer(execute);
  }

  private execute<T>(work: () => T): T {
    const transaction = this.transactionState;
    if (!transaction) {
      this.rollBackWhatIsLeft();
      return attempt(work);
    }
    if (transaction.failure) throw transaction.failure.error;
    return this.inner(transaction, () => attempt(work));
  }

  private rollBackWhatIsLeft(): void {
    if (!this.isLeftOpen) return;
    const problem = this.rollBack();
    if (problem) throw problem;
  }

  /** @returns why SQLite may still have the transaction open, if so */
  private rollBack(): unknown {
    this.results.clear();
    try {
      this.driver.exec('ROLLBACK');
    } catch (error) {
      // A full disk or an I/O error may have made SQLite roll back already.
      this.isLeftOpen = !(error as Error).message.includes('no transaction is active');
      return this.isLeftOpen ? StoreUnavailableError.from(error) : undefined;
    }
    this.isLeftOpen = false;
    return undefined;
  }

  private notify(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      this.logger.error('A listener failed after a commit.', stackOf(error));
    }
  }
}

/** The outer transaction under way. */
interface Transaction {
  readonly listeners: (() => void)[];
  /** The first error inside it, after which it can only be rolled back. */
  failure?: { error: unknown };
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw StoreUnavailableError.from(error);
  }
}

function checked(values: SqlValue[]): SqlValue[] {
  for (const value of values) {
    if (value !== null && typeof value !== 'string' && typeof value !== 'number') {
      throw new TypeError(`A ${typeof value} cannot be bound to an SQL statement.`);
    }
  }
  return values;
}
