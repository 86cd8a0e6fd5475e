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

/** What SQLite keeps beside a database; the first is the database itself. */
export const COMPANIONS = ['', '-wal', '-shm', '-journal'] as const;
/** Read and written by its owner only. */
export const PRIVATE = 0o600;

/** What lies beside the file while a server uses it. */
function besides(file: string): string[] {
  return [...COMPANIONS.slice(1), '.lock', '.lock-journal'].map((suffix) => file + suffix);
}

/** The lock that a server holds while it uses the file. */
export function lockOf(file: string): string {
  return `${file}.lock`;
}

/**
 * The file's own path, whatever symbolic links lead to it, so that all servers take the same lock. Makes its folder.
 * The file itself need not be there.
 */
export function realPathOf(file: string): string {
  mkdirSync(dirname(file), { recursive: true });
  if (existsSync(file)) return realpathSync(file);
  const folder = realpathSync(dirname(file));
  const target = targetOf(file);
  return target === undefined ? join(folder, basename(file)) : realPathOf(resolve(folder, target));
}

/** Where a symbolic link points that leads nowhere yet; undefined if there is no link. */
function targetOf(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}

/**
 * Fails if the path is no file, such as `/dev/full` or a named pipe: one cannot hold the data, and keeping it aside would
 * rename a device. A folder is refused with the file system's own words when it is opened.
 */
export function assertNoDevice(file: string): void {
  for (const path of [file, ...besides(file)]) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats && !stats.isFile() && !stats.isDirectory()) {
      throw new Error(`${path} is a device, a pipe or a socket, and not a file`);
    }
  }
}

/**
 * Fails before anything is made, so that a refused start leaves nothing behind: SQLite would open a file that it may not
 * write, and leave a `-shm` that nobody can write.
 *
 * @throws the file system's error, such as EACCES
 */
export function assertPermitted(file: string): void {
  accessSync(dirname(file), constants.W_OK | constants.X_OK);
  // SQLite gives its companions the mode of the database; one that was read-only for a while must not block this start.
  for (const path of besides(file)) changeMode(path, (mode) => mode | PRIVATE);
  for (const path of [file, ...besides(file)]) {
    if (existsSync(path)) accessSync(path, constants.R_OK | constants.W_OK);
  }
}

/** Makes the file if there is none. SQLite gives its companions the same mode. */
export function createPrivate(file: string): void {
  if (!existsSync(file)) closeSync(openSync(file, 'a', PRIVATE));
}

/** Takes the file, and what lies beside it, from everybody but its owner: it holds what events and steps carry. */
export function makePrivate(file: string): void {
  for (const path of [file, ...besides(file)]) {
    changeMode(path, (mode) => mode & PRIVATE);
  }
}

/** Changes the mode of a file that belongs to this user. The mode of somebody else's is theirs to change. */
function changeMode(path: string, change: (mode: number) => number): void {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile() || stats.uid !== process.geteuid?.()) return;
  const mode = stats.mode & 0o777;
  if (change(mode) !== mode) chmodSync(path, change(mode));
}
