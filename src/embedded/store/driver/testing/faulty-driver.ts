import type { DriverName, SqliteDriver, SqliteStatement } from '../sqlite-driver.js';

/** What an armed {@link FaultyDriver} throws. */
export type Fault = 'busy' | 'full' | 'io';

/** SQLite's message, the name that libsql gives, and the number that node:sqlite gives. */
const FAULTS: Record<Fault, { message: string; code: string; errcode: number }> = {
  busy: { message: 'database is locked', code: 'SQLITE_BUSY', errcode: 5 },
  full: { message: 'database or disk is full', code: 'SQLITE_FULL', errcode: 13 },
  io: { message: 'disk I/O error', code: 'SQLITE_IOERR_FSYNC', errcode: 1034 },
};

/**
 * Counts the statements that a store executes, and makes one of them throw what its driver would throw. A script counts
 * as one statement; BEGIN, COMMIT and ROLLBACK count as well. The statement that throws is not executed.
 */
export class FaultyDriver implements SqliteDriver {
  /** Statements executed since the last {@link reset}. */
  count = 0;
  /** The statement that threw the fault; undefined until one did. */
  failed: string | undefined;
  private armed: { remaining: number; fault: Fault } | undefined;

  constructor(private readonly inner: SqliteDriver) {}

  get name(): DriverName {
    return this.inner.name;
  }

  /** Makes the n-th statement from now throw, 1 being the next. A ROLLBACK never throws; it uses the fault up. */
  arm(n: number, fault: Fault): void {
    this.failed = undefined;
    this.armed = { remaining: n, fault };
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
    if (!this.armed || --this.armed.remaining > 0) return;
    const { message, code, errcode } = FAULTS[this.armed.fault];
    this.armed = undefined;
    if (sql.startsWith('ROLLBACK')) return;
    this.failed = sql;
    throw Object.assign(
      new Error(message),
      this.name === 'libsql' ? { code, rawCode: errcode } : { code: 'ERR_SQLITE_ERROR', errcode },
    );
  }
}
