import { statSync } from 'node:fs';
import { Logger } from '@nestjs/common';
import type { Database } from './database.js';
import type { Guard } from './guard.js';
import { StoreUnavailableError, type StoreProblem } from './store-unavailable.error.js';

const START_NUMBER = "SELECT value FROM meta WHERE key = 'generation'";
const NEXT_START_NUMBER = `
  INSERT INTO meta (key, value) VALUES ('generation', '1')
  ON CONFLICT (key) DO UPDATE SET value = CAST(value AS INTEGER) + 1`;

/**
 * Lets a server change its data file only if no other server was started on the file later, and if the file is still where
 * it was opened.
 *
 * Each start writes a number, which every transaction checks after it gets SQLite's write lock. So even if two servers get
 * past the lock of the data file, only one of them writes.
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
   * @param file the path as it was configured
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
    if (this.readGeneration() !== this.startNumber) throw this.lose('taken');
  }

  look(): StoreUnavailableError | undefined {
    if (this.found?.kind === 'taken') return this.found;
    if (identityOf(this.file) !== this.identity) return this.found ?? this.lose('gone');
    if (this.found) this.resume();
    this.checkStartNumber();
    return this.found;
  }

  /** Calls `listener` when another server takes the file over; immediately if that has already happened. */
  onTaken(listener: () => void): void {
    this.listeners.push(listener);
    if (this.found?.kind === 'taken') listener();
  }

  private checkStartNumber(): void {
    if (this.db.inTransaction) return;
    try {
      if (this.readGeneration() !== this.startNumber) this.lose('taken');
    } catch (error) {
      // If the file cannot be read now, the next transaction reports that.
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
          'This server makes no more changes and no more calls, and answers 503. Stop it.',
      );
      // Calls them after the transaction in which the guard noticed this.
      queueMicrotask(() => {
        for (const listener of this.listeners) listener();
      });
    } else {
      // The log stays at this path. Empties it, so that it is not applied to another file at the path.
      this.db.checkpoint();
      this.logger.error(
        `${this.file} was deleted, moved or replaced while the server was running. The server accepts no changes until ` +
          'the file is back. If the file is lost, stop the server and start it again.',
      );
    }
    return error;
  }

  private resume(): void {
    this.found = undefined;
    this.logger.log(`${this.file} is back. The server accepts changes again.`);
  }
}

/** The device and inode numbers of the file at the path; empty when there is none, or its folder cannot be read. */
function identityOf(file: string): string {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return '';
  }
}
