import { existsSync, rmSync } from 'node:fs';
import { ForeignDataFileError, LaterDataFileError } from './data-file.errors.js';
import { takeLock } from './data-file-lock.js';
import { assertNoDevice, COMPANIONS, lockOf, realPathOf } from './data-file-path.js';
import { problemWith } from './data-file-problem.js';
import { putAside } from './kept-aside.js';
import { migrations } from './schema.js';

/**
 * Removes the file, and with it every event and run; not one of somebody else, which was named by mistake.
 *
 * @returns false when there was none
 * @throws DataFileInUseError, ForeignDataFileError, LaterDataFileError, or Error when it is no file
 */
export function removeDataFile(file: string): boolean {
  return withoutServer(file, (real) => {
    const problem = problemWith(real);
    if (problem?.kind === 'later') throw new LaterDataFileError(file, problem.version, migrations.length);
    for (const companion of COMPANIONS) rmSync(real + companion, { force: true });
  });
}

/**
 * Gives the file another name, so that the next server begins a new one.
 *
 * @param now milliseconds since 1970, part of the new name
 * @returns the new path; undefined when there was none
 * @throws DataFileInUseError, ForeignDataFileError, or Error when it is no file
 */
export function putDataFileAside(file: string, now: number): string | undefined {
  let aside: string | undefined;
  withoutServer(file, (real) => {
    aside = putAside(real, now);
  });
  return aside;
}

/** Does `work` while no server can start on the file, and leaves no lock behind. */
function withoutServer(file: string, work: (real: string) => void): boolean {
  if (!existsSync(file)) return false;
  const real = realPathOf(file);
  assertNoDevice(real);
  assertOurs(real, file);
  const lock = takeLock(real, file);
  try {
    work(real);
    rmSync(lockOf(real), { force: true });
  } finally {
    lock.release();
  }
  return true;
}

/** A server that has used the file has left its lock beside it. */
function assertOurs(real: string, shown: string): void {
  if (existsSync(lockOf(real))) return;
  const problem = problemWith(real);
  if (problem?.kind === 'foreign') throw new ForeignDataFileError(shown, problem.text);
}
