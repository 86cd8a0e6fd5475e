import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { Logger } from '@nestjs/common';
import { Database, isBusy } from './database.js';
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
}

/**
 * Opens the file for this server alone, brings it up to date, and makes it when there is none. A file that is corrupt,
 * foreign or from a later version is kept aside under another name, and said so; nothing is ever deleted.
 *
 * @param file a path, or `:memory:`
 * @throws DataFileInUseError, DataFileUnusableError
 */
export function openDataFile(file: string, options: OpenOptions): DataFile {
  try {
    return file === ':memory:' ? openInMemory() : open(file, options);
  } catch (error) {
    throw error instanceof DataFileInUseError ? error : new DataFileUnusableError(file, error);
  }
}

function openInMemory(): DataFile {
  const db = new Database(':memory:');
  migrate(db);
  return { db, setOwner: () => undefined, close: () => db.close() };
}

function open(file: string, { now, synchronous = 'normal' }: OpenOptions): DataFile {
  mkdirSync(dirname(file), { recursive: true });
  const lock = takeLock(file);
  try {
    const problem = problemWith(file);
    if (problem !== undefined) keepAside(file, problem, now);
    const db = new Database(file);
    db.script(
      `PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous === 'full' ? 'FULL' : 'NORMAL'};`,
    );
    migrate(db);
    const setOwner = (owner: string): void => {
      db.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('owner', ?)", owner);
    };
    setOwner(`process ${process.pid}`);
    return {
      db,
      setOwner,
      close: () => {
        db.close();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
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
    if (isBusy(error)) throw error;
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
