import type { Logger } from '@nestjs/common';
import type { SqliteDriver } from './driver/sqlite-driver.js';

/**
 * Moves the write-ahead log into the file and removes the log, before the connection is closed. It does so by leaving WAL
 * mode. Closing is not enough: libsql cannot finalize statements, so SQLite keeps the connection.
 */
export function leaveOneFile(driver: SqliteDriver, logger: Logger): void {
  if (!leaveLogMode(driver)) emptyLog(driver, logger);
}

/** Returns false if another connection has the file open. SQLite then throws, or answers with the old mode. */
function leaveLogMode(driver: SqliteDriver): boolean {
  try {
    const row: { journal_mode?: string } | undefined = driver.prepare('PRAGMA journal_mode = DELETE').get([]);
    return row?.journal_mode === 'delete';
  } catch {
    return false;
  }
}

/**
 * Moves the write-ahead log into the file and empties the log. If that is not possible, keeps the log and logs the reason.
 */
export function emptyLog(driver: SqliteDriver, logger: Logger): void {
  try {
    const row: { busy?: number } | undefined = driver.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get([]);
    if (row?.busy === 1) throw new Error('another process reads the file');
  } catch (error) {
    logger.warn(
      `The write-ahead log was not moved into the data file: ${(error as Error).message}. ` +
        'A copy of the file is complete only together with its -wal file.',
    );
  }
}
