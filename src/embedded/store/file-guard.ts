import { statSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import type { Database } from './database.js';
import type { Guard } from './guard.js';
import { StoreUnavailableError, type StoreProblem } from './store-unavailable.error.js';

const START_NUMBER = "SELECT value FROM meta WHERE key = 'generation'";
/** Changes no row unless another server has started. In libsql that takes 2 µs, reading the number 8 or more. */
const IF_OTHER_START_NUMBER = `
  UPDATE meta SET value = value WHERE key = 'generation' AND CAST(value AS TEXT) <> ?`;
const NEXT_START_NUMBER = `
  INSERT INTO meta (key, value) VALUES ('generation', '1')
  ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1`;

/**
 * Lets a server change its data file only while it is the last one that was started on the file, and while the file lies
 * where it was opened.
 *
 * Each start writes a number, which every transaction reads again once it holds SQLite's write lock. So of two servers
 * on one file, however the second one got past the lock, at most one writes.
 */
export class FileGuard implements Guard {
  private readonly logger = new Logger('Inngest');
  private readonly startNumber: string;
  private readonly identity: string;
  private found: StoreUnavailableError | undefined;
  private readonly listeners: (() => void)[] = [];

  /**
   * Takes the file over: writes the next start number.
   *
   * @param file its path as it was given
   */
  constructor(
    private readonly db: Database,
    private readonly file: string,
  ) {
    this.startNumber = db.transaction(() => {
      db.run(NEXT_START_NUMBER);
      return this.readGeneration();
    });
    this.identity = identityOf(file);
  }

  get problem(): StoreUnavailableError | undefined {
    return this.found;
  }

  assertMine(): void {
    if (this.db.run(IF_OTHER_START_NUMBER, this.startNumber) > 0) throw this.lose('taken');
  }

  look(): StoreUnavailableError | undefined {
    if (this.found?.kind === 'taken') return this.found;
    if (identityOf(this.file) !== this.identity) return this.found ?? this.lose('gone');
    if (this.found) this.findAgain();
    this.lookAtGeneration();
    return this.found;
  }

  /** Calls `listener` once another server has taken the file over; at once if that has happened. */
  onTaken(listener: () => void): void {
    this.listeners.push(listener);
    if (this.found?.kind === 'taken') listener();
  }

  private lookAtGeneration(): void {
    if (this.db.inTransaction) return;
    try {
      if (this.readGeneration() !== this.startNumber) this.lose('taken');
    } catch (error) {
      // A file that cannot be read now is the concern of the next transaction.
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }

  private readGeneration(): string {
    return this.db.get<{ value: string }>(START_NUMBER)?.value ?? '';
  }

  private lose(kind: StoreProblem & ('taken' | 'gone')): StoreUnavailableError {
    const error = new StoreUnavailableError(kind, new Error(this.file));
    this.found = error;
    if (kind === 'taken') {
      this.logger.error(
        `Another embedded Inngest was started on ${this.file} and has taken it over. ` +
          'This one changes nothing any more, makes no calls, and answers 503. Stop it.',
      );
      // Not inside the transaction that found it.
      queueMicrotask(() => {
        for (const listener of this.listeners) listener();
      });
    } else {
      // What another process finds at this path must not be given the changes of the file that was here.
      this.db.checkpoint();
      this.logger.error(
        `${this.file} was deleted, moved or replaced while the server runs. It accepts no changes until the file is ` +
          'back. If it is lost, stop the server and start it again.',
      );
    }
    return error;
  }

  private findAgain(): void {
    this.found = undefined;
    this.logger.log(`${this.file} is back. The server goes on.`);
  }
}

/** Which file is at the path: its number on the disk; empty when there is none, or its folder cannot be read. */
function identityOf(file: string): string {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return '';
  }
}
