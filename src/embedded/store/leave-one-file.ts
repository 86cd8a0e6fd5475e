import type { Logger } from '@nestjs/common';
import type { SqliteDriver } from './driver/sqlite-driver.js';

/**
 * Moves the write-ahead log into the file and removes it, before the connection is closed. Without the mode of the log
 * nothing stays beside the file. Closing would not do it: libsql cannot finalize statements, so that SQLite keeps the
 * connection.
 */
export function leaveOneFile(driver: SqliteDriver, logger: Logger): void {
  if (!leaveLogMode(driver)) emptyLog(driver, logger);
}

/** Returns false while another connection has the file open. SQLite either throws then, or answers with the old mode. */
function leaveLogMode(driver: SqliteDriver): boolean {
  try {
    const row: { journal_mode?: string } | undefined = driver.prepare('PRAGMA journal_mode = DELETE').get([]);
    return row?.journal_mode === 'delete';
  } catch {
    return false;
  }
}

/** Moves the write-ahead log into the file, and empties it. Logs why, if that is not possible now: the log is kept. */
export function emptyLog(driver: SqliteDriver, logger: Logger): void {
  try {
    const row: { busy?: number } | undefined = driver.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get([]);
    if (row?.busy === 1) throw new Error('another process reads the file');
  } catch (error) {
    logger.warn(
      `The write-ahead log was not moved into the data file: ${(error as Error).message}. ` +
        'A copy of the file is complete only together with its -wal.',
    );
  }
}
