import { createRequire } from 'node:module';
import type Libsql from 'libsql';
import type { OpenDriver, SqliteDriver, SqliteStatement, SqlValue } from './sqlite-driver.js';

/** Loads libsql; returns undefined if it, or its binary for this platform, is not installed. */
export function loadLibsql(): OpenDriver | undefined {
  let Connection: typeof Libsql;
  try {
    Connection = createRequire(import.meta.url)('libsql') as typeof Libsql;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
  return (file) => new LibsqlDriver(new Connection(file));
}

/**
 * libsql does not reset a statement that ends with SQLITE_BUSY. Such a statement stays active: an active read keeps the
 * connection's snapshot of the file, so that every later transaction fails with SQLITE_BUSY_SNAPSHOT once another process
 * has written; an active write makes every COMMIT fail. Only running the statement again resets it, so the driver runs
 * interrupted reads again before it does anything else. Writes outside a transaction must not be prepared statements:
 * `Database` begins a transaction for each.
 */
class LibsqlDriver implements SqliteDriver {
  readonly name = 'libsql';
  /** Reads that ended with SQLITE_BUSY, each as a function that runs it again. */
  private readonly interrupted = new Set<() => void>();

  constructor(private readonly connection: Libsql.Database) {}

  exec(sql: string): void {
    this.finishInterrupted();
    this.connection.exec(sql);
  }

  prepare(sql: string): SqliteStatement {
    this.finishInterrupted();
    const statement = this.connection.prepare(sql);
    return {
      run: (values) => {
        this.finishInterrupted();
        return statement.run(values).changes;
      },
      get: (values) => this.read(() => withoutMetadata(statement.get(values) as Row | undefined)),
      all: (values) => this.read(() => statement.all(values) as object[]),
    };
  }

  close(): void {
    this.connection.close();
  }

  private read<T>(work: () => T): T {
    this.finishInterrupted();
    try {
      return work();
    } catch (error) {
      if (isBusy(error)) this.interrupted.add(work);
      throw error;
    }
  }

  /** @throws SQLITE_BUSY again while another connection still holds the file */
  private finishInterrupted(): void {
    for (const again of this.interrupted) {
      again();
      this.interrupted.delete(again);
    }
  }
}

type Row = Record<string, SqlValue> & { _metadata?: unknown };

/** libsql adds how long the statement took, to the row that `get` returns. */
function withoutMetadata(row: Row | undefined): object | undefined {
  if (row === undefined) return undefined;
  const { _metadata, ...columns } = row;
  return columns;
}

function isBusy(error: unknown): boolean {
  return String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY');
}
