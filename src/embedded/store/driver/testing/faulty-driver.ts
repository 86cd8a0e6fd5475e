import type { DriverName, SqliteDriver, SqliteStatement } from '../sqlite-driver.js';

/** The error that an armed {@link FaultyDriver} throws: one of SQLite, or an unknown one, as a bug would throw. */
export type Fault = 'busy' | 'full' | 'io' | 'bug';

/** SQLite's message, the code's name in libsql, and the code's number in node:sqlite. */
const SQLITE_FAULTS: Record<Exclude<Fault, 'bug'>, { message: string; code: string; errcode: number }> = {
  busy: { message: 'database is locked', code: 'SQLITE_BUSY', errcode: 5 },
  full: { message: 'database or disk is full', code: 'SQLITE_FULL', errcode: 13 },
  io: { message: 'disk I/O error', code: 'SQLITE_IOERR_FSYNC', errcode: 1034 },
};

/**
 * Counts the statements that a store executes, and makes one or several consecutive statements throw the error that the
 * driver would throw. A script counts as one statement; BEGIN, COMMIT and ROLLBACK count too. A statement that throws is
 * not executed.
 */
export class FaultyDriver implements SqliteDriver {
  /** The number of statements executed since the last {@link reset}. */
  count = 0;
  /** The statement that threw the last fault; undefined if none did. */
  failed: string | undefined;
  /** Called immediately after each COMMIT, before the store's code continues. */
  onCommit: (() => void) | undefined;
  private armed: { before: number; left: number; fault: Fault } | undefined;

  constructor(private readonly inner: SqliteDriver) {}

  get name(): DriverName {
    return this.inner.name;
  }

  /**
   * Makes the n-th statement from now throw (1 is the next), and the ones after it up to `length`. A ROLLBACK counts, but
   * never throws.
   *
   * @param length how many statements throw
   */
  arm(n: number, fault: Fault, length = 1): void {
    this.failed = undefined;
    this.armed = { before: n - 1, left: length, fault };
  }

  disarm(): void {
    this.armed = undefined;
  }

  reset(): void {
    this.count = 0;
  }

  exec(sql: string): void {
    this.next(sql);
    this.inner.exec(sql);
    if (sql === 'COMMIT') this.onCommit?.();
  }

  prepare(sql: string): SqliteStatement {
    const statement = this.inner.prepare(sql);
    const counted =
      <A extends unknown[], T>(work: (...args: A) => T) =>
      (...args: A): T => {
        this.next(sql);
        return work(...args);
      };
    return {
      run: counted((values) => statement.run(values)),
      get: counted((values) => statement.get(values)),
      all: counted((values) => statement.all(values)),
    };
  }

  close(): void {
    this.inner.close();
  }

  private next(sql: string): void {
    this.count++;
    const { armed } = this;
    if (!armed || armed.before-- > 0) return;
    armed.left--;
    if (armed.left <= 0) this.armed = undefined;
    if (sql.startsWith('ROLLBACK')) return;
    this.failed = sql;
    throw this.errorOf(armed.fault);
  }

  private errorOf(fault: Fault): Error {
    if (fault === 'bug') return new Error('An injected bug.');
    const { message, code, errcode } = SQLITE_FAULTS[fault];
    return Object.assign(
      new Error(message),
      this.name === 'libsql' ? { code, rawCode: errcode } : { code: 'ERR_SQLITE_ERROR', errcode },
    );
  }
}
