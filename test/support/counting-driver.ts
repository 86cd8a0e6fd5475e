import type { SqliteDriver, SqliteStatement } from '../../src/embedded/store/driver/sqlite-driver.js';

/** Counts the statements and transactions that a store executes. */
export class CountingDriver implements SqliteDriver {
  /** Executed statements, including BEGIN, COMMIT and ROLLBACK, plus the rows that `all` returned. */
  count = 0;
  /** Executed statements without BEGIN, COMMIT and ROLLBACK. */
  statements = 0;
  transactions = 0;
  readonly name;

  constructor(private readonly inner: SqliteDriver) {
    this.name = inner.name;
  }

  exec(sql: string): void {
    this.count++;
    if (/^BEGIN/i.test(sql)) this.transactions++;
    else if (!/^(?:COMMIT|ROLLBACK)/i.test(sql)) this.statements++;
    this.inner.exec(sql);
  }

  prepare(sql: string): SqliteStatement {
    const statement = this.inner.prepare(sql);
    const executed = (): void => {
      this.count++;
      // Some drivers prepare BEGIN, COMMIT and ROLLBACK too.
      if (/^\s*BEGIN/i.test(sql)) this.transactions++;
      else if (!/^\s*(?:COMMIT|ROLLBACK)/i.test(sql)) this.statements++;
    };
    return {
      run: (values) => {
        executed();
        return statement.run(values);
      },
      get: (values) => {
        executed();
        return statement.get(values);
      },
      all: (values) => {
        executed();
        const rows = statement.all(values);
        this.count += rows.length;
        return rows;
      },
    };
  }

  close(): void {
    this.inner.close();
  }
}
