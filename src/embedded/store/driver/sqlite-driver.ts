/** A value that a statement may bind or return. libsql aborts the process on anything else, such as a boolean. */
export type SqlValue = string | number | null;

/** The names of the drivers, as in "node:sqlite where Node has it, else libsql". */
export type DriverName = 'node:sqlite' | 'libsql';

/** A prepared statement. A call that throws leaves nothing of the statement running. */
export interface SqliteStatement {
  /** Runs the statement; returns how many rows it changed. */
  run(values: readonly SqlValue[]): number;
  /** Runs the statement; returns the first row as a plain object, or undefined. */
  get(values: readonly SqlValue[]): object | undefined;
  /** Runs the statement; returns all rows as plain objects. */
  all(values: readonly SqlValue[]): object[];
}

/**
 * A synchronous connection to one SQLite file. Both drivers read and write the same files.
 *
 * Errors keep the shape of their library: libsql names the code in `code` ("SQLITE_BUSY"), node:sqlite gives SQLite's
 * number in `errcode`. `store-unavailable.error.ts` reads both.
 */
export interface SqliteDriver {
  readonly name: DriverName;
  /** Runs a script of one or more statements without parameters. */
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  /** Closes the connection. Its statements must not be used afterwards. */
  close(): void;
}

/** Opens a file, and creates it if there is none. The path `:memory:` opens a database in memory. */
export type OpenDriver = (file: string) => SqliteDriver;
