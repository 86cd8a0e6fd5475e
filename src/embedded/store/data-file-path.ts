import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

/** The suffixes of the files of an SQLite database. The first one is that of the database itself. */
export const COMPANIONS = ['', '-wal', '-shm', '-journal'] as const;
/** The mode of files that only their owner may read and write. */
export const PRIVATE = 0o600;

/** The files that are beside the data file while a server uses it. */
function besides(file: string): string[] {
  return [...COMPANIONS.slice(1), '.lock', '.lock-journal'].map((suffix) => file + suffix);
}

/** The path of the lock that a server holds while it uses the file. */
export function lockOf(file: string): string {
  return `${file}.lock`;
}

/**
 * The file's real path, with all symbolic links followed, so that all servers take the same lock. Creates the file's folder.
 * The file itself need not exist.
 */
export function realPathOf(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) return realpathSync(file);
  const folder = realpathSync(dirname(file));
  const target = targetOf(file);
  return target === undefined ? join(folder, basename(file)) : realPathOf(resolve(folder, target));
}

/** The target of a symbolic link whose target does not exist yet; undefined if the path is no link. */
function targetOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

/**
 * Fails if the path is not a file but, for example, `/dev/full` or a named pipe. Such a path cannot hold the data, and
 * putting it aside would rename a device. For a folder, opening it fails with the file system's error.
 */
export function assertNoDevice(file: string): void {
  for (const path of [file, ...besides(file)]) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats && !stats.isFile() && !stats.isDirectory()) {
      throw new Error(`${path} is a device, a pipe or a socket, not a file`);
    }
  }
}

/**
 * Fails before any file is created, so that a refused start leaves nothing behind. Without this check, SQLite would open a
 * file that it may not write, and leave a `-shm` file that nobody can write.
 *
 * @throws the file system's error, such as EACCES
 */
export function assertPermitted(file: string): void {
  accessSync(dirname(file), constants.W_OK | constants.X_OK);
  // SQLite gives these files the mode of the database. If it was read-only for a while, they must not block this start.
  for (const path of besides(file)) changeMode(path, (mode) => mode | PRIVATE);
  for (const path of [file, ...besides(file)]) {
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
  }
}

/** Creates the file if it does not exist. SQLite gives the files beside it the same mode. */
export function createPrivate(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, 'a', PRIVATE));
}

/** Lets only the owner read the file and the files beside it, because they contain the data of events and steps. */
export function makePrivate(file: string): void {
  for (const path of [file, ...besides(file)]) {
    changeMode(path, (mode) => mode & PRIVATE);
  }
}

/** Changes the mode of a file if it belongs to this user. */
function changeMode(path: string, change: (mode: number) => number): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile() || stats.uid !== process.geteuid?.()) return;
  const mode = stats.mode & 0o777;
  if (change(mode) !== mode) chmodSync(path, change(mode));
}
