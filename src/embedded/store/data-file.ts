import { existsSync, statSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { Checkpoints } from './checkpoints.js';
import { Database, StoreUnavailableError } from './database.js';
import {
  DataFileInUseError,
  DataFileUnusableError,
  HardLinkedDataFileError,
  LaterDataFileError,
  OpenElsewhereError,
} from './data-file.errors.js';
import { takeLock } from './data-file-lock.js';
import { assertNoDevice, assertPermitted, createPrivate, makePrivate, realPathOf } from './data-file-path.js';
import { isInWalMode, problemWith, type DataFileProblem } from './data-file-problem.js';
import { NoSqliteError } from './driver/open-driver.js';
import type { OpenDriver } from './driver/sqlite-driver.js';
import { FileGuard } from './file-guard.js';
import { keepLostChanges, putAside } from './kept-aside.js';
import { createSchema, migrate } from './migrate.js';
import { migrations } from './schema.js';

export * from './data-file.errors.js';
export { putDataFileAside, removeDataFile } from './remove-data-file.js';

/**
 * How durable a change is once the server has answered. With both values it survives the end of the process at any moment
 * (kill -9). With `full` it also survives a power cut, but each change waits for the disk. With `normal` a power cut may
 * undo the last changes, but does not damage the file.
 */
export type Synchronous = 'normal' | 'full';

/** An open data file. Only this server uses it. */
export interface DataFile {
  db: Database;
  /** Stores who has the file, for the error message of a second server. */
  setOwner(owner: string): void;
  /** Calls `listener` when another server has taken the file over despite the lock. */
  onTaken(listener: () => void): void;
  /** Ends the thread that moves the write-ahead log, which would keep {@link close} from removing the log. */
  endCheckpoints(): Promise<void>;
  /** Moves all changes into the file, closes it and releases the lock. */
  close(): void;
}

interface OpenOptions {
  /** The time in milliseconds since 1970. It becomes a part of the name of a file that is put aside. */
  now: number;
  synchronous?: Synchronous;
  /** For tests: opens the driver. Default: the preferred driver that is available. */
  openDriver?: OpenDriver;
}

/** How long a start waits for another process that has locked the file, such as a backup, or is closing it. */
const PATIENCE_MS = 5_000;
const TRY_AGAIN_AFTER_MS = 50;
const MOST_TRIES = PATIENCE_MS / TRY_AGAIN_AFTER_MS;

/**
 * Opens the file as {@link openDataFile} does, and waits up to five seconds for a process that has locked it only for a
 * moment, such as a backup. It does not block the event loop.
 *
 * @throws DataFileInUseError, DataFileUnusableError, LaterDataFileError, NoSqliteError
 */
export async function openDataFileWhenFree(file: string, options: OpenOptions): Promise<DataFile> {
  for (let tries = 1; ; tries++) {
    try {
      return openDataFile(file, options);
    } catch (error) {
      const isHeld =
        error instanceof OpenElsewhereError ||
        (error instanceof DataFileUnusableError && isBusy(error.cause));
      if (!isHeld || tries === MOST_TRIES) throw error;
    }
    if (tries === 1) {
      const seconds = PATIENCE_MS / 1_000;
      new Logger('Inngest').log(`Another process has locked ${file}. Waiting up to ${seconds} s for it.`);
    }
    await pause(TRY_AGAIN_AFTER_MS);
  }
}

/**
 * Opens the file for this server alone and migrates it. Creates the file if it does not exist. A file that is corrupt or
 * belongs to another program is put aside under another name, and the log says so. A file of a later version is refused. No
 * file is ever deleted.
 *
 * @param file a path, or `:memory:`; symbolic links are followed
 * @throws DataFileInUseError, DataFileUnusableError, LaterDataFileError, NoSqliteError
 */
export function openDataFile(file: string, options: OpenOptions): DataFile {
  try {
    return file === ':memory:' ? openInMemory(options) : open(file, options);
  } catch (error) {
    const isNamed = [DataFileInUseError, LaterDataFileError, NoSqliteError].some(
      (type) => error instanceof type,
    );
    throw isNamed ? error : new DataFileUnusableError(file, error);
  }
}

function openInMemory(options: OpenOptions): DataFile {
  const db = connect(':memory:', options);
  createSchema(db);
  return {
    db,
    setOwner: () => undefined,
    onTaken: () => undefined,
    endCheckpoints: () => Promise.resolve(),
    close: () => db.close(),
  };
}

function open(shown: string, options: OpenOptions): DataFile {
  const file = realPathOf(shown);
  assertNoDevice(file);
  assertPermitted(file);
  assertOneName(file, shown);
  const lock = takeLock(file, shown);
  let db: Database | undefined;
  try {
    keepLostChanges(file, options.now);
    assertNotOpenElsewhere(file, shown, options);
    db = connectToUsable(file, shown, options);
    const data = prepare(db, file, shown, options);
    return {
      ...data,
      close: () => {
        data.close();
        lock.release();
      },
    };
  } catch (error) {
    db?.close();
    lock.undo();
    throw error;
  }
}

function connect(file: string, options: OpenOptions): Database {
  return new Database(options.openDriver?.(file) ?? file);
}

function assertOneName(file: string, shown: string): void {
  const stats = statSync(file, { throwIfNoEntry: false });
  if (stats?.isFile() && stats.nlink > 1) throw new HardLinkedDataFileError(shown, stats.nlink);
}

/**
 * A connection to the file, or to a new file if this one cannot be used.
 *
 * @throws LaterDataFileError
 */
function connectToUsable(file: string, shown: string, options: OpenOptions): Database {
  createPrivate(file);
  const db = connect(file, options);
  let problem: DataFileProblem | undefined;
  try {
    problem = problemWith(file, db);
    if (problem === undefined) return db;
  } catch (error) {
    db.close();
    throw error;
  }
  db.close();
  if (problem.kind === 'later') throw new LaterDataFileError(shown, problem.version, migrations.length);
  const aside = putAside(file, options.now);
  new Logger('Inngest').error(
    `${shown} cannot be used: ${problem.text}. It was kept as ${aside}, and a new file was created.`,
  );
  createPrivate(file);
  return connect(file, options);
}

function prepare(db: Database, file: string, shown: string, options: OpenOptions): DataFile {
  const { synchronous = 'normal' } = options;
  db.script(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${synchronous === 'full' ? 'FULL' : 'NORMAL'};`);
  migrate(db);
  const guard = new FileGuard(db, shown);
  db.guardWith(guard);
  const setOwner = (owner: string): void => {
    db.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('owner', ?)", owner);
  };
  setOwner(`process ${process.pid}`);
  makePrivate(file);
  const checkpoints = new Checkpoints(file, db);
  return {
    db,
    setOwner,
    onTaken: (listener) => guard.onTaken(listener),
    endCheckpoints: () => checkpoints.close(),
    close: () => db.close(),
  };
}

/**
 * Fails if another server has the file open under another path, for example if the file is mounted into two containers. That
 * is possible if the file is in WAL mode but has no log beside it. The servers then share nothing except the file itself,
 * so this locks the file exclusively for a moment.
 */
function assertNotOpenElsewhere(file: string, shown: string, options: OpenOptions): void {
  if (!existsSync(file) || !isInWalMode(file) || existsSync(`${file}-wal`)) return;
  const probe = connect(file, options);
  try {
    probe.script('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; ROLLBACK;');
  } catch (error) {
    if (isBusy(error)) throw new OpenElsewhereError(shown);
    // The check of the file reports all other problems.
  } finally {
    probe.close();
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof StoreUnavailableError && error.kind === 'busy';
}
