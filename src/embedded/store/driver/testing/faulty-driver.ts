import type { DriverName, SqliteDriver, SqliteStatement } from '../sqlite-driver.js';

/** What an armed {@link FaultyDriver} throws: an error of SQLite, or one that no rule knows, as of a bug. */
export type Fault = 'busy' | 'full' | 'io' | 'bug';

/** SQLite's message, the name that libsql gives, and the number that node:sqlite gives. */
const SQLITE_FAULTS: Record<Exclude<Fault, 'bug'>, { message: string; code: string; errcode: number }> = {
  busy: { message: 'database is locked', code: 'SQLITE_BUSY', errcode: 5 },
  full: { message: 'database or disk is full', code: 'SQLITE_FULL', errcode: 13 },
  io: { message: 'disk I/O error', code: 'SQLITE_IOERR_FSYNC', errcode: 1034 },
};

/**
 * Counts the statements that a store executes, and makes one of them, or several in a row, throw what its driver would
 * throw. A script counts as one statement; BEGIN, COMMIT and ROLLBACK count as well. A statement that throws is not
 * executed.
 */
export class FaultyDriver implements SqliteDriver {
  /** Statements executed since the last {@link reset}. */
  count = 0;
  /** The statement that threw the fault last; undefined until one did. */
  failed: string | undefined;
  /** Called right after each COMMIT, before the store knows of it. */
  onCommit: (() => void) | undefined;
  private armed: { before: number; left: number; fault: Fault } | undefined;

  constructor(private readonly inner: SqliteDriver) {}

  get name(): DriverName {
    return this.inner.name;
  }

  /**
   * Makes the n-th statement from now throw, 1 being the next, and those after it. A ROLLBACK never throws; it uses a
   * fault up.
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
