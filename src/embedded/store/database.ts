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
 * How long SQLite waits for another process's lock, in milliseconds. The wait blocks the event loop, so only the first
 * attempt waits. Until the lock is free, all others fail immediately: their waits would add up.
 */
const BUSY_TIMEOUT_MS = 20;
/** How many compiled statements are cached. The stores have about 200 statements with a fixed text. */
const MAX_STATEMENTS = 300;

/**
 * A synchronous SQLite connection with cached statements and transactions.
 *
 * Each change of state is one {@link transaction}. Work that must see only committed state (a wake-up, a live update) uses
 * {@link afterCommit}.
 *
 * Every method throws StoreUnavailableError if the file is locked or read-only, or if the disk is full or fails. Any other
 * error is a bug; methods throw it as the driver threw it.
 */
export class Database {
  private readonly logger = new Logger(Database.name);
  private readonly driver: SqliteDriver;
  private readonly statements: StatementCache;
  private readonly results = new QueryResults();
  private transactionState: Transaction | undefined;
  /** Whether a failed ROLLBACK has left a transaction open. */
  private isLeftOpen = false;
  private hasChanged = false;
  private isClosed = false;
  private busyTimeoutMs = 0;
  private readonly commitListeners: ((transaction: object) => void)[] = [];
  private readonly scriptListeners: (() => void)[] = [];
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

  /** Identifies the current transaction: each one has another object. Undefined outside a transaction. */
  get currentTransaction(): object | undefined {
    return this.transactionState;
  }

  /** Whether code runs inside a {@link transaction} now. */
  get inTransaction(): boolean {
    return this.transactionState !== undefined;
  }

  /** The name of the driver. */
  get driverName(): DriverName {
    return this.driver.name;
  }

  /** The number of cached statements. */
  get cachedStatements(): number {
    return this.statements.size;
  }

  /** Sets the guard that every later transaction asks. */
  guardWith(guard: Guard): void {
    this.guard = guard;
  }

  /** Checks now whether the file exists and belongs to this server. Returns the problem, if there is one. */
  look(): StoreUnavailableError | undefined {
    return this.isClosed ? undefined : this.guard?.look();
  }

  /** Runs several statements without parameters. Outside a transaction, each statement is a separate transaction. */
  script(sql: string): void {
    this.execute(() => this.driver.exec(sql));
    this.results.clear();
    for (const listener of this.scriptListeners) listener();
  }

  /** Runs one statement. Returns the number of changed rows. */
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
   * As {@link get}, but caches the result: it runs the query only if one of the tables has changed since the last time. For
   * results that are read much more often than they change.
   *
   * @param tables all tables that the query reads, or parts of them (see {@link partChanged})
   * @returns a shared row, which the caller must not change
   */
  getUnchanged<T extends object = Row>(
    tables: readonly string[],
    sql: string,
    ...values: SqlValue[]
  ): Readonly<T> | undefined {
    return this.results.get(tables, sql, values, () => this.get<T>(sql, ...values));
  }

  /**
   * Reports a change of some rows of a table. The store that makes all changes of the table chooses the name for these rows,
   * and reads them with {@link getUnchanged}.
   */
  partChanged(part: string): void {
    this.results.changed(part);
  }

  /**
   * Whether the table has no rows. It runs a query only if the table has changed since the last time, so a store can ask
   * before a statement about rows that few runs have: for them, the statement takes 10 µs.
   */
  isEmpty(table: string): boolean {
    return this.getUnchanged([table], `SELECT 1 AS found FROM ${table} LIMIT 1`) === undefined;
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
   * Runs `work` as one transaction: the store keeps all its changes, or none if it throws. A transaction inside another one
   * is a part of the outer one.
   *
   * If a statement or an inner transaction throws, the whole outer transaction is rolled back and throws that error, even if
   * `work` caught it, because SQLite may already have undone an unknown part. Until the end of the transaction, every
   * further statement throws the same error.
   *
   * @throws StoreUnavailableError if the transaction cannot begin or end
   */
  transaction<T>(work: () => T): T {
    return this.transactionState ? this.inner(this.transactionState, work) : this.outer(work);
  }

  /**
   * Calls `listener` after the current transaction is committed; outside a transaction, immediately. If the listener throws,
   * the error is logged. It affects neither the transaction nor other listeners.
   */
  afterCommit(listener: () => void): void {
    if (this.transactionState) this.transactionState.listeners.push(listener);
    else this.notify(listener);
  }

  /**
   * Does `work` at the end of the current transaction, as a part of it; outside a transaction, immediately. For what later
   * changes of the transaction may make unnecessary.
   */
  beforeCommit(work: () => void): void {
    if (this.transactionState) this.transactionState.lastWork.push(work);
    else work();
  }

  /**
   * Calls `listener` after every commit, before the listeners of {@link afterCommit}, with the object that was
   * {@link currentTransaction}.
   */
  onCommit(listener: (transaction: object) => void): void {
    this.commitListeners.push(listener);
  }

  /** Calls `listener` after every {@link script}, which may have changed any row. */
  onScript(listener: () => void): void {
    this.scriptListeners.push(listener);
  }

  /**
   * Moves the write-ahead log into the file, removes the log and closes the file. If another process has the file open,
   * SQLite keeps the log, which is empty unless that process is reading.
   */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.statements.clear();
    // If another server has taken the file over, that server takes care of the log.
    if (this.hasChanged && !this.guard?.problem) leaveOneFile(this.driver, this.logger);
    this.driver.close();
  }

  /** Moves the write-ahead log into the file and empties the log. If that is not possible now, logs the reason. */
  checkpoint(): void {
    emptyLog(this.driver, this.logger);
  }

  private outer<T>(work: () => T): T {
    if (this.guard?.problem) throw this.guard.problem;
    this.rollBackLeftOpen();
    // This class records whether a transaction is open, because Node 22.13's driver cannot ask SQLite.
    const transaction: Transaction = { lastWork: [], listeners: [] };
    this.begin();
    this.transactionState = transaction;
    this.hasChanged = true;
    let result: T;
    try {
      attempt(() => this.setBusyTimeout(BUSY_TIMEOUT_MS));
      this.guard?.assertMine();
      result = work();
      if (transaction.failure) throw transaction.failure.error;
      for (const last of transaction.lastWork) last();
      attempt(() => this.driver.exec('COMMIT'));
    } catch (error) {
      this.rollBack();
      throw transaction.failure ? transaction.failure.error : error;
    } finally {
      this.transactionState = undefined;
    }
    for (const listener of this.commitListeners) this.notify(() => listener(transaction));
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

  /** Runs a change outside a transaction in one, because libsql cannot recover a statement that does not get the lock. */
  private change<T>(sql: string, work: (cached: CachedStatement) => T): T {
    const execute = (): T => this.execute(() => work(this.statements.get(sql)));
    return this.transactionState || tableChangedBy(sql) === undefined ? execute() : this.outer(execute);
  }

  private execute<T>(work: () => T): T {
    const transaction = this.transactionState;
    if (!transaction) {
      this.rollBackLeftOpen();
      return attempt(work);
    }
    if (transaction.failure) throw transaction.failure.error;
    return this.inner(transaction, () => attempt(work));
  }

  private rollBackLeftOpen(): void {
    if (!this.isLeftOpen) return;
    const problem = this.rollBack();
    if (problem) throw problem;
  }

  /** @returns the error because of which SQLite may still have the transaction open; undefined if it has not */
  private rollBack(): unknown {
    this.results.clear();
    try {
      this.driver.exec('ROLLBACK');
    } catch (error) {
      // After a full disk or an I/O error, SQLite may already have rolled back.
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

/** The current outer transaction. */
interface Transaction {
  readonly lastWork: (() => void)[];
  readonly listeners: (() => void)[];
  /** The first error inside it. After an error it can only be rolled back. */
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
      throw new TypeError(`A value of type ${typeof value} cannot be bound to an SQL statement.`);
    }
  }
  return values;
}
