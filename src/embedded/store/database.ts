import { StoreUnavailableError } from './store-unavailable.error.js';
import Libsql from 'libsql';

/** What may be bound to a statement. Nothing else: a boolean, for one, would abort the whole process in libsql. */
export type SqlValue = string | number | null;

type Row = Record<string, SqlValue>;

/**
 * The one place that touches libsql: a synchronous SQLite connection with cached statements and transactions.
 *
 * Each change of state is one {@link transaction}; whatever must be heard of only once it is certain (a wake-up, a
 * live update) goes through {@link afterCommit}.
 */
export class Database {
  private readonly statements = new Map<string, Libsql.Statement>();
  private readonly connection: Libsql.Database;
  private pendingCommit: (() => void)[] = [];
  private depth = 0;

  /** @param file a path, or `:memory:` */
  constructor(file: string) {
    this.connection = new Libsql(file);
    // Another process that looks into the file (a backup) may hold it for a moment.
    this.connection.exec('PRAGMA busy_timeout = 2000');
  }

  /** Runs a script of several statements without parameters. */
  script(sql: string): void {
    this.connection.exec(sql);
  }

  /** Runs one statement; returns how many rows it changed. */
  run(sql: string, ...values: SqlValue[]): number {
    return this.prepare(sql).run(checked(values)).changes;
  }

  /** The first row, or undefined. */
  get<T extends object = Row>(sql: string, ...values: SqlValue[]): T | undefined {
    return this.prepare(sql).get(checked(values)) as T | undefined;
  }

  /** All rows. */
  all<T extends object = Row>(sql: string, ...values: SqlValue[]): T[] {
    return this.prepare(sql).all(checked(values)) as T[];
  }

  /**
   * Runs `work` as one transaction: all of it is kept, or, when it throws, nothing. A transaction inside another is
   * part of the outer one.
   *
   * @throws StoreUnavailableError
   */
  transaction<T>(work: () => T): T {
    if (this.depth > 0) return work();
    try {
      this.connection.exec('BEGIN IMMEDIATE');
      // Not before: one that cannot begin (the file is held by another process) must not pass for one that goes on.
      this.depth++;
      const result = work();
      this.connection.exec('COMMIT');
      this.depth--;
      const committed = this.pendingCommit;
      this.pendingCommit = [];
      for (const listener of committed) listener();
      return result;
    } catch (error) {
      if (this.depth > 0) this.rollback();
      throw StoreUnavailableError.from(error);
    }
  }

  /** Calls `listener` once the current transaction is kept, or at once outside of one. */
  afterCommit(listener: () => void): void {
    if (this.depth === 0) listener();
    else this.pendingCommit.push(listener);
  }

  close(): void {
    this.statements.clear();
    this.connection.close();
  }

  private rollback(): void {
    this.depth--;
    this.pendingCommit = [];
    // A failed COMMIT (a full disk) may have ended the transaction already.
    if (this.connection.inTransaction) this.connection.exec('ROLLBACK');
  }

  private prepare(sql: string): Libsql.Statement {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.connection.prepare(sql)));
    return statement;
  }
}

/** Whether the file is held by another connection. */
export function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
}

/** libsql aborts the process on a value it does not know; an exception can be caught. */
function checked(values: SqlValue[]): SqlValue[] {
  for (const value of values) {
    if (value !== null && typeof value !== 'string' && typeof value !== 'number') {
      throw new TypeError(`A ${typeof value} cannot be bound to an SQL statement.`);
    }
  }
  return values;
}

export { StoreUnavailableError } from './store-unavailable.error.js';
