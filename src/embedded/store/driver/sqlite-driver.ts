/** A value that a statement may bind or return. libsql aborts the process on anything else, such as a boolean. */
export type SqlValue = string | number | null;

/** The names of the drivers. */
export type DriverName = 'node:sqlite' | 'libsql';

/** A prepared statement. After a call that throws, the statement is not active. */
export interface SqliteStatement {
  /** Runs the statement. Returns the number of changed rows. */
  run(values: readonly SqlValue[]): number;
  /** Runs the statement. Returns the first row as a plain object, or undefined. */
  get(values: readonly SqlValue[]): object | undefined;
  /** Runs the statement. Returns all rows as plain objects. */
  all(values: readonly SqlValue[]): object[];
}

/**
 * A synchronous connection to one SQLite file. Both drivers read and write the same files.
 *
 * Errors are those of the library: libsql has the name of the code in `code` ("SQLITE_BUSY"), node:sqlite has SQLite's
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

/** Opens a file, and creates it if it does not exist. The path `:memory:` opens a database in memory. */
export type OpenDriver = (file: string) => SqliteDriver;
