import { constants, copyFileSync, existsSync, renameSync, statSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { COMPANIONS } from './data-file-path.js';
import { isInWalMode } from './data-file-problem.js';
import { problemWithWal, type WalProblem } from './wal-problem.js';

const logger = new Logger('Inngest');

/**
 * Renames the file and all that SQLite keeps beside it.
 *
 * @param now milliseconds since 1970, part of the new name
 * @returns the new path
 */
export function putAside(file: string, now: number): string {
  const aside = asideOf(file, now);
  for (const suffix of COMPANIONS) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  }
  return aside;
}

/**
 * Keeps what SQLite would drop in silence before it opens the file: a write-ahead log or a journal without its database, a
 * log that does not belong to it, and one that is damaged. Says so.
 */
export function keepLostChanges(file: string, now: number): void {
  const hasFile = sizeOf(file) > 0;
  if (!hasFile) return keepChangesWithoutFile(file, now);
  const wal = `${file}-wal`;
  if (sizeOf(wal) === 0) return;
  const problem = problemWithLogOf(file, wal);
  if (problem === undefined) return;
  const aside = asideOf(file, now);
  // The log is of use only with the database as it is now.
  copyFileSync(file, aside, constants.COPYFILE_FICLONE);
  if (problem.drops === 'everything') {
    renameSync(wal, `${aside}-wal`);
  } else {
    copyFileSync(wal, `${aside}-wal`, constants.COPYFILE_FICLONE);
  }
  const what = problem.drops === 'everything' ? 'its changes are' : 'the changes from there on are';
  logger.error(
    `${wal} cannot be used: ${problem.text}, so ${what} not in ${file}. Both were kept as ${aside} and ` +
      `${aside}-wal, and the server goes on without them.`,
  );
}

function problemWithLogOf(file: string, wal: string): WalProblem | undefined {
  // A file leaves the mode of the write-ahead log only after the log was moved into it and removed.
  if (isInWalMode(file)) return problemWithWal(wal);
  return {
    drops: 'everything',
    text: 'it belongs to another state of the file, such as one before a backup',
  };
}

function keepChangesWithoutFile(file: string, now: number): void {
  // A journal beside an empty file is what the first transaction of a new one leaves when the process ends.
  const kinds = existsSync(file) ? ['-wal'] : ['-wal', '-journal'];
  const left = kinds.filter((suffix) => sizeOf(file + suffix) > 0);
  if (left.length === 0) return;
  const aside = putAside(file, now);
  logger.error(
    `${left.map((suffix) => file + suffix).join(' and ')} holds changes of a data file that is not there. ` +
      `It was kept as ${left.map((suffix) => aside + suffix).join(' and ')}, and a new file was begun.`,
  );
}

function asideOf(file: string, now: number): string {
  const base = `${file}.aside-${new Date(now).toISOString().replace(/[:.]/g, '-')}`;
  const isTaken = (path: string): boolean => COMPANIONS.some((suffix) => existsSync(path + suffix));
  let aside = base;
  for (let n = 2; isTaken(aside); n++) aside = `${base}-${n}`;
  return aside;
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
