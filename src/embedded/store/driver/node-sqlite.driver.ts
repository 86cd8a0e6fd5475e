import type { OpenDriver, SqliteDriver, SqliteStatement, SqlValue } from './sqlite-driver.js';

/** The first minor version of Node 22 with node:sqlite without a flag. The driver uses nothing that was added later. */
const FIRST_MINOR_OF_22 = 13;

/** The part of node:sqlite that the driver uses. It is declared here because the types of Node 20 lack the module. */
interface NodeSqlite {
  DatabaseSync: new (file: string) => NodeDatabase;
}

interface NodeDatabase {
  exec(sql: string): void;
  prepare(sql: string): NodeStatement;
  close(): void;
}

interface NodeStatement {
  run(...values: SqlValue[]): { changes: number | bigint };
  get(...values: SqlValue[]): object | undefined;
  all(...values: SqlValue[]): object[];
}

/** Loads node:sqlite. Returns undefined if Node lacks it or requires a flag for it. */
export function loadNodeSqlite(): OpenDriver | undefined {
  if (!isSupported(process.versions.node)) return undefined;
  const sqlite = withoutExperimentalWarning(
    () => process.getBuiltinModule('node:sqlite') as NodeSqlite | undefined,
  );
  return sqlite && ((file) => new NodeSqliteDriver(new sqlite.DatabaseSync(file)));
}

/** @param version a version of Node, such as "22.13.0" */
export function isSupported(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= FIRST_MINOR_OF_22);
}

class NodeSqliteDriver implements SqliteDriver {
  readonly name = 'node:sqlite';

  constructor(private readonly connection: NodeDatabase) {}

  exec(sql: string): void {
    this.connection.exec(sql);
  }

  prepare(sql: string): SqliteStatement {
    return new NodeSqliteStatement(this.connection.prepare(sql));
  }

  close(): void {
    this.connection.close();
  }
}

class NodeSqliteStatement implements SqliteStatement {
  constructor(private readonly statement: NodeStatement) {}

  run(values: readonly SqlValue[]): number {
    return Number(this.statement.run(...values).changes);
  }

  get(values: readonly SqlValue[]): object | undefined {
    const row = this.statement.get(...values);
    return row && plain(row);
  }

  all(values: readonly SqlValue[]): object[] {
    return this.statement.all(...values).map(plain);
  }
}

/** Copies a row of node:sqlite, which has no prototype, so that it equals a plain object in strict comparisons. */
function plain(row: object): object {
  return { ...row };
}

/** Hides the warning that Node emits synchronously while it loads node:sqlite, and no other warning. */
export function withoutExperimentalWarning<T>(load: () => T): T {
  // oxlint-disable-next-line typescript/unbound-method -- restored below without a call
  const emitWarning = process.emitWarning;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]): void => {
    if (rest[0] === 'ExperimentalWarning' && String(warning).startsWith('SQLite ')) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
