import { chownSync, closeSync, openSync, rmSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { Database, StoreUnavailableError } from './database.js';
import { DataFileInUseError } from './data-file.errors.js';
import { lockOf, PRIVATE } from './data-file-path.js';

/** A lock that the operating system takes back when the process ends, however it ends. */
export interface DataFileLock {
  /** Lets it go. Its file stays for the next server. */
  release(): void;
  /** Lets it go after a start that failed, and removes its file if this start made it. */
  undo(): void;
}

/**
 * Locks the file for this server.
 *
 * @param file its real path
 * @param shown its path as it was given, for the error
 * @throws DataFileInUseError, the file system's error, StoreUnavailableError
 */
export function takeLock(file: string, shown: string): DataFileLock {
  const path = lockOf(file);
  for (;;) {
    const isNew = makeFile(path, file);
    const before = statSync(path, { throwIfNoEntry: false });
    const connection = begin(path, file, shown);
    // Another start may have removed its lock between the opening and the locking: nobody else would meet this one.
    if (!isSame(before, statSync(path, { throwIfNoEntry: false }))) {
      connection.close();
      continue;
    }
    return {
      release: () => connection.close(),
      undo: () => {
        if (isNew) rmSync(path, { force: true });
        connection.close();
      },
    };
  }
}

/**
 * Makes the lock's file if there is none. It never opens one that is there: on closing it, the operating system would take
 * back the lock that another server in this process holds.
 *
 * @returns whether there was none
 */
function makeFile(path: string, file: string): boolean {
  const isThere = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (isThere) return false;
  // Node says why a file cannot be made, or that it is a folder; SQLite has a number for it.
  closeSync(openSync(path, 'a', PRIVATE));
  giveToOwner(path, file);
  return true;
}

/** A start by root must not lock out the user whose file it is. */
function giveToOwner(path: string, file: string): void {
  if (process.geteuid?.() !== 0) return;
  const { uid, gid } = statSync(file, { throwIfNoEntry: false }) ?? statSync(dirname(file));
  chownSync(path, uid, gid);
}

function begin(path: string, file: string, shown: string): Database {
  const connection = new Database(path);
  try {
    connection.script('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE;');
    return connection;
  } catch (error) {
    connection.close();
    if (error instanceof StoreUnavailableError && error.kind === 'busy')
      throw new DataFileInUseError(shown, ownerOf(file));
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

function isSame(one: Stats | undefined, other: Stats | undefined): boolean {
  return one !== undefined && one.ino === other?.ino && one.dev === other.dev;
}
