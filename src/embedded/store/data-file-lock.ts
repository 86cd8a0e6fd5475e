import { chownSync, closeSync, openSync, rmSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';
import { Database, StoreUnavailableError } from './database.js';
import { DataFileInUseError } from './data-file.errors.js';
import { lockOf, PRIVATE } from './data-file-path.js';

/** A lock on the data file. The operating system releases it when the process ends, even if it is killed. */
export interface DataFileLock {
  /** Releases the lock. The lock's file stays for the next server. */
  release(): void;
  /** Releases the lock after a failed start, and removes the lock's file if this start created it. */
  undo(): void;
}

/**
 * Locks the file for this server.
 *
 * @param file the real path of the data file
 * @param shown the path as it was configured, for error messages
 * @throws DataFileInUseError, the file system's error, StoreUnavailableError
 */
export function takeLock(file: string, shown: string): DataFileLock {
  const path = lockOf(file);
  for (;;) {
    const isNew = makeFile(path, file);
    const before = statSync(path, { throwIfNoEntry: false });
    const connection = begin(path, file, shown);
    // Another start may have removed the lock's file after this one opened it. Then no other server would see this lock.
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
 * Creates the lock's file if it does not exist. It never opens an existing file: on closing it, the operating system would
 * release the lock that another server in this process holds.
 *
 * @returns whether it created the file
 */
function makeFile(path: string, file: string): boolean {
  const exists = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (exists) return false;
  // Opening it with Node gives an error that says what is wrong; SQLite would give only a number.
  closeSync(openSync(path, 'a', PRIVATE));
  giveToOwner(path, file);
  return true;
}

/** If root starts the server, gives the lock's file to the owner of the data file, so that the owner can use it later. */
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
