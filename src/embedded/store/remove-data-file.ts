import { existsSync, rmSync } from 'node:fs';
import { ForeignDataFileError, LaterDataFileError } from './data-file.errors.js';
import { takeLock } from './data-file-lock.js';
import { assertNoDevice, COMPANIONS, lockOf, realPathOf } from './data-file-path.js';
import { problemWith } from './data-file-problem.js';
import { putAside } from './kept-aside.js';
import { migrations } from './schema.js';

/**
 * Removes the file with all its events and runs. Refuses a file of another program, whose path may be a mistake.
 *
 * @returns false when the file did not exist
 * @throws DataFileInUseError, ForeignDataFileError, LaterDataFileError, or Error when the path is not a file
 */
export function removeDataFile(file: string): boolean {
  return withoutServer(file, (real) => {
    const problem = problemWith(real);
    if (problem?.kind === 'later') throw new LaterDataFileError(file, problem.version, migrations.length);
    for (const companion of COMPANIONS) rmSync(real + companion, { force: true });
  });
}

/**
 * Renames the file, so that the next start creates a new one.
 *
 * @param now the time in milliseconds since 1970, which becomes a part of the new name
 * @returns the new path; undefined when the file did not exist
 * @throws DataFileInUseError, ForeignDataFileError, or Error when the path is not a file
 */
export function putDataFileAside(file: string, now: number): string | undefined {
  let aside: string | undefined;
  withoutServer(file, (real) => {
    aside = putAside(real, now);
  });
  return aside;
}

/**
 * Does `work` while no server can start on the file, and removes the lock's file. Returns false if the file does not exist.
 */
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

/** Fails for a file of another program. A lock's file beside it shows that a server has used the file. */
function assertOurs(real: string, shown: string): void {
  if (existsSync(lockOf(real))) return;
  const problem = problemWith(real);
  if (problem?.kind === 'foreign') throw new ForeignDataFileError(shown, problem.text);
}
