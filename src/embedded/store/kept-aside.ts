import { constants, copyFileSync, existsSync, renameSync, statSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import { COMPANIONS } from './data-file-path.js';
import { isInWalMode } from './data-file-problem.js';
import { problemWithWal, type WalProblem } from './wal-problem.js';

const logger = new Logger('Inngest');

/**
 * Renames the file and the files that SQLite has beside it.
 *
 * @param now the time in milliseconds since 1970, which becomes a part of the new name
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
 * Saves changes that SQLite would silently drop on opening the file: a write-ahead log or a journal without its database, a
 * log that does not belong to the database, and a damaged log. It puts copies aside and logs that.
 */
export function keepLostChanges(file: string, now: number): void {
  const hasFile = sizeOf(file) > 0;
  if (!hasFile) return keepChangesWithoutFile(file, now);
  const wal = `${file}-wal`;
  if (sizeOf(wal) === 0) return;
  const problem = problemWithLogOf(file, wal);
  if (problem === undefined) return;
  const aside = asideOf(file, now);
  // Copies the database too, because the log is usable only with the database in its current state.
  copyFileSync(file, aside, constants.COPYFILE_FICLONE);
  if (problem.drops === 'everything') {
    renameSync(wal, `${aside}-wal`);
  } else {
    copyFileSync(wal, `${aside}-wal`, constants.COPYFILE_FICLONE);
  }
  const what = problem.drops === 'everything' ? 'its changes are' : 'the changes from there on are';
  logger.error(
    `${wal} cannot be used: ${problem.text}, so ${what} not in ${file}. Both were kept as ${aside} and ` +
      `${aside}-wal, and the server continues without these changes.`,
  );
}

function problemWithLogOf(file: string, wal: string): WalProblem | undefined {
  // A file leaves WAL mode only after the log was moved into it and removed, so this log cannot belong to the file.
  if (isInWalMode(file)) return problemWithWal(wal);
  return {
    drops: 'everything',
    text: 'it belongs to another state of the file, such as one before a backup',
  };
}

function keepChangesWithoutFile(file: string, now: number): void {
  // A journal beside an empty file contains no lost changes: the process ended during the first transaction of a new file.
  const kinds = existsSync(file) ? ['-wal'] : ['-wal', '-journal'];
  const left = kinds.filter((suffix) => sizeOf(file + suffix) > 0);
  if (left.length === 0) return;
  const aside = putAside(file, now);
  logger.error(
    `${left.map((suffix) => file + suffix).join(' and ')} contains changes of a data file that does not exist. ` +
      `It was kept as ${left.map((suffix) => aside + suffix).join(' and ')}, and a new file was created.`,
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
