import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Checkpoints } from './checkpoints.js';
import { Database, StoreUnavailableError } from './database.js';
import { NoSqliteError } from './driver/open-driver.js';
import type { OpenDriver } from './driver/sqlite-driver.js';
import { migrations } from './schema.js';

/** Marks a file as ours in SQLite's header: "INNG". */
const APPLICATION_ID = 0x494e4e47;
const SQLITE_HEADER = 'SQLite format 3\0';
/** The problems of files that somebody else has written. */
const FOREIGN = ['it is not an SQLite database', 'it belongs to another program'];
/** What SQLite keeps beside a database. */
const COMPANIONS = ['', '-wal', '-shm', '-journal'];

/**
 * How sure a change is once it was answered. Either survives the end of the process at any moment (kill -9);
 * `full` also that of the machine, at the cost of waiting for the disk on every change. With `normal` a power cut
 * may take back the last moments, and leaves the file sound.
 */
export type Synchronous = 'normal' | 'full';

/** The file belongs to a server that is running. */
export class DataFileInUseError extends Error {
  override name = 'DataFileInUseError';

  constructor(
    readonly file: string,
    /** Who has it: process id and address, as far as it said so. */
    readonly owner: string,
  ) {
    super(`${file} is in use by another embedded Inngest (${owner})`);
  }
}

/** The file cannot be opened or made: a folder in its place, no permission, no room on the disk. */
export class DataFileUnusableError extends Error {
  override name = 'DataFileUnusableError';

  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(`${file} cannot be opened or made: ${(cause as Error).message}`, { cause });
  }
}

/** The file is not to be removed: no server has used it, and it is none of theirs. */
export class ForeignDataFileError extends Error {
  override name = 'ForeignDataFileError';

  constructor(
    readonly file: string,
    problem: string,
  ) {
    super(`${file} is not removed: ${problem}, and no server has used it`);
  }
}

/** An open data file, for one server alone. */
export interface DataFile {
  db: Database;
  /** Notes who has the file, to be told to a second server. */
  setOwner(owner: string): void;
  /** Lets the next server have the file. */
  close(): void;
}

interface OpenOptions {
  /** Milliseconds since 1970; part of the name of a file that is kept aside. */
  now: number;
  synchronous?: Synchronous;
  /** For tests: the driver that opens the file. By default the best one there is. */
  openDriver?: OpenDriver;
}

/** While another process holds the file (a backup), opening it is tried for two seconds. */
const BUSY_TRIES = 40;
const BUSY_PAUSE_MS = 50;

/**
 * Opens the file as {@link openDataFile} does, and waits up to two seconds for a process that holds it only for a moment,
 * such as a backup. The event loop goes on meanwhile.
 *
 * @throws DataFileInUseError, DataFileUnusableError, NoSqliteError
 */
export async function openDataFileWhenFree(file: string, options: OpenOptions): Promise<DataFile> {
  for (let tries = 1; ; tries++) {
    try {
      return openDataFile(file, options);
    } catch (error) {
      const isHeld = error instanceof DataFileUnusableError && isBusy(error.cause);
      if (!isHeld || tries === BUSY_TRIES) throw error;
    }
    await pause(BUSY_PAUSE_MS);
  }
}

/**
 * Opens the file for this server alone, brings it up to date, and makes it when there is none. A file that is corrupt,
 * foreign or from a later version is kept aside under another name, and said so; nothing is ever deleted.
 *
 * @param file a path, or `:memory:`
 * @throws DataFileInUseError, DataFileUnusableError, NoSqliteError
 */
export function openDataFile(file: string, options: OpenOptions): DataFile {
  try {
    return file === ':memory:' ? openInMemory(options) : open(file, options);
  } catch (error) {
    if (error instanceof DataFileInUseError || error instanceof NoSqliteError) throw error;
    throw new DataFileUnusableError(file, error);
  }
}

function openInMemory(options: OpenOptions): DataFile {
  const db = connect(':memory:', options);
  migrate(db);
  return { db, setOwner: () => undefined, close: () => db.close() };
}

function open(file: string, options: OpenOptions): DataFile {
  mkdirSync(dirname(file), { recursive: true });
  const lock = takeLock(file);
  let db: Database | undefined;
  try {
    const problem = problemWith(file);
    if (problem !== undefined) keepAside(file, problem, options.now);
    db = connect(file, options);
    return prepare(file, db, lock, options);
  } catch (error) {
    db?.close();
    lock.close();
    throw error;
  }
}

function connect(file: string, options: OpenOptions): Database {
  return new Database(options.openDriver?.(file) ?? file);
}

function prepare(
  file: string,
  db: Database,
  lock: Database,
  { synchronous = 'normal' }: OpenOptions,
): DataFile {
  db.script(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous === 'full' ? 'FULL' : 'NORMAL'};`);
  migrate(db);
  const setOwner = (owner: string): void => {
    db.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('owner', ?)", owner);
  };
  setOwner(`process ${process.pid}`);
  const checkpoints = new Checkpoints(file, db);
  return {
    db,
    setOwner,
    close: () => {
      checkpoints.close();
      db.close();
      lock.close();
    },
  };
}

/**
 * Removes the file, and with it every event and run; not one of somebody else, which was named by mistake.
 *
 * @returns false when there was none
 * @throws DataFileInUseError, ForeignDataFileError
 */
export function removeDataFile(file: string): boolean {
  if (!existsSync(file)) return false;
  assertOurs(file);
  const lock = takeLock(file);
  for (const companion of COMPANIONS) rmSync(file + companion, { force: true });
  lock.close();
  rmSync(lockOf(file), { force: true });
  return true;
}

/** A server that has used the file has left its lock beside it. */
function assertOurs(file: string): void {
  if (existsSync(lockOf(file))) return;
  const problem = problemWith(file);
  if (problem !== undefined && FOREIGN.includes(problem)) throw new ForeignDataFileError(file, problem);
}

function lockOf(file: string): string {
  return `${file}.lock`;
}

/** A lock that the operating system takes back when the process ends, however it ends. */
function takeLock(file: string): Database {
  // Node says why a file cannot be written; SQLite has a number for it.
  closeSync(openSync(lockOf(file), 'a'));
  const lock = new Database(lockOf(file));
  try {
    lock.script('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE;');
    return lock;
  } catch (error) {
    lock.close();
    if (isBusy(error)) throw new DataFileInUseError(file, ownerOf(file));
    throw error;
  }
}

function ownerOf(file: string): string {
  let db: Database | undefined;
  try {
    db = new Database(file);
    return db.get<{ value: string }>("SELECT value FROM meta WHERE key = 'owner'")?.value ?? 'unknown';
  } catch {
    return 'unknown: it is just starting';
  } finally {
    db?.close();
  }
}

/** What keeps the file from being used; undefined for one of ours, or none. */
function problemWith(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const header = headerOf(file);
  if (header === '') return undefined;
  if (header !== SQLITE_HEADER) return 'it is not an SQLite database';
  let db: Database | undefined;
  try {
    db = new Database(file);
    const check = db.get<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check;
    if (check !== 'ok') return `it is corrupt: ${check}`;
    const id = db.get<{ application_id: number }>('PRAGMA application_id')?.application_id;
    const tables = db.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')?.n ?? 0;
    if (tables === 0) return undefined;
    if (id !== APPLICATION_ID) return 'it belongs to another program';
    const version = versionOf(db);
    return version > migrations.length ? `it was written by a later version (${version})` : undefined;
  } catch (error) {
    // A disk that fails now, or another process, says nothing about the file.
    if (error instanceof StoreUnavailableError) throw error;
    return `it cannot be read: ${(error as Error).message}`;
  } finally {
    db?.close();
  }
}

function headerOf(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(SQLITE_HEADER.length);
    return bytes.toString('latin1', 0, readSync(descriptor, bytes));
  } finally {
    closeSync(descriptor);
  }
}

function keepAside(file: string, problem: string, now: number): void {
  const suffix = `.aside-${new Date(now).toISOString().replace(/[:.]/g, '-')}`;
  for (const companion of COMPANIONS) {
    if (existsSync(file + companion)) renameSync(file + companion, file + suffix + companion);
  }
  new Logger('Inngest').error(
    `${file} cannot be used: ${problem}. It was kept as ${file + suffix}, and a new file was begun.`,
  );
}

function migrate(db: Database): void {
  const version = versionOf(db);
  migrations.slice(version).forEach((migration, index) => {
    db.transaction(() => {
      db.script(migration);
      db.script(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${version + index + 1};`);
    });
  });
}

function versionOf(db: Database): number {
  return db.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0;
}

function isBusy(error: unknown): boolean {
  return error instanceof StoreUnavailableError && error.kind === 'busy';
}
