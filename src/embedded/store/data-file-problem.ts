import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { Database, StoreUnavailableError } from './database.js';
import { migrations } from './schema.js';

/** The `application_id` in SQLite's header that marks a file as this server's: "INNG". */
export const APPLICATION_ID = 0x494e4e47;
const SQLITE_MAGIC = 'SQLite format 3\0';
/** How many bytes of the header are read, including the two that tell a write-ahead log from a rollback journal. */
const HEADER_BYTES = 20;
const WRITE_VERSION_AT = 18;
const WRITE_VERSION_OF_WAL = 2;

/** Why a file cannot be used: it belongs to another program, it is damaged, or a later version wrote it. */
export type DataFileProblem =
  { kind: 'foreign' | 'spoilt'; text: string } | { kind: 'later'; version: number };

/**
 * Checks the file. No other process may be using it.
 *
 * @param db an open connection to the file, which stays open. Default: a temporary connection
 * @returns why the file cannot be used; undefined if it can, or does not exist
 * @throws StoreUnavailableError when the disk fails now, or another process has locked the file
 */
export function problemWith(file: string, db?: Database): DataFileProblem | undefined {
  const header = headerOf(file);
  if (header.length === 0) return undefined;
  if (!header.toString('latin1').startsWith(SQLITE_MAGIC))
    return { kind: 'foreign', text: 'it is not an SQLite database' };
  let opened: Database | undefined;
  try {
    opened = db ?? new Database(file);
    if (db) assertNotLocked(db);
    return problemInside(opened);
  } catch (error) {
    // A failing disk or another process's lock does not mean that the file is damaged.
    if (error instanceof StoreUnavailableError) throw error;
    return { kind: 'spoilt', text: `it cannot be read: ${(error as Error).message}` };
  } finally {
    if (!db) opened?.close();
  }
}

/**
 * Fails if another process has the lock, before this connection prepares a statement. With libsql, a closed connection that
 * has prepared one keeps its own lock until the garbage collector runs. All further tries of this process would fail because of
 * it once the other process has removed the log.
 */
function assertNotLocked(db: Database): void {
  try {
    db.script('BEGIN IMMEDIATE; ROLLBACK;');
  } catch (error) {
    if (error instanceof StoreUnavailableError && error.kind === 'busy') throw error;
    // What follows reports all other problems.
  }
}

function problemInside(db: Database): DataFileProblem | undefined {
  const check = db.get<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check;
  if (check !== 'ok') return { kind: 'spoilt', text: `it is corrupt: ${check}` };
  const id = db.get<{ application_id: number }>('PRAGMA application_id')?.application_id;
  const tables = db.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')?.n ?? 0;
  if (tables === 0) return undefined;
  if (id !== APPLICATION_ID && !isOfFirstVersion(db))
    return { kind: 'foreign', text: 'it belongs to another program' };
  const version = versionOf(db);
  return version > migrations.length ? { kind: 'later', version } : undefined;
}

/** Whether the first version of this server wrote the file. It did not mark its files. */
function isOfFirstVersion(db: Database): boolean {
  if (versionOf(db) !== 1) return false;
  const names = ['app', 'function', 'outcome', 'queue_item', 'lane', 'batch_event', 'wait', 'timer'];
  const found = db.get<{ n: number }>(
    `SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name IN (${names.map(() => '?').join()})`,
    ...names,
  );
  return found?.n === names.length;
}

/** The version of the file's schema; 0 when the file has no schema yet. */
export function versionOf(db: Database): number {
  return db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
}

/** Whether a connection with a write-ahead log wrote the file last. The file has to exist. */
export function isInWalMode(file: string): boolean {
  return headerOf(file)[WRITE_VERSION_AT] === WRITE_VERSION_OF_WAL;
}

/**
 * The first bytes of the file; empty when it does not exist or is empty. Must not be called while this process uses the file: on
 * closing it, the operating system releases the locks of the process. Other processes would then remove its log.
 */
function headerOf(file: string): Buffer {
  if (!existsSync(file)) return Buffer.alloc(0);
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(HEADER_BYTES);
    return bytes.subarray(0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}
