import { setTimeout as realPause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { formatDuration } from '../../common/duration.js';
import { Turn } from '../../common/turn.js';
import { Database, StoreUnavailableError } from '../store/database.js';

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/** How long a request waits for a data file that another process holds. The SDK tries five times. */
const REQUEST_PATIENCE_MS = 5_000;

interface GroupedWork {
  work: () => unknown;
  resolve: (result: unknown) => void;
  reject: (reason: unknown) => void;
}

/**
 * Runs transactions on a data file that may be unavailable for a while: held by another process, on a full disk,
 * read-only, or on a disk with an I/O error. It waits without blocking the process, and logs when that begins and ends.
 */
@Injectable()
export class PatientStore {
  private readonly logger = new Logger('Inngest');
  /** Set from the first transaction that failed until one succeeds and nobody waits any more. */
  private outage: { since: number } | undefined;
  private waiting = 0;
  /** What is stored in this turn of the event loop. */
  private readonly group: GroupedWork[] = [];

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `work` as one transaction, and waits for as long as it takes: what an app did must not be forgotten.
   *
   * @throws StoreUnavailableError when another server has taken the data file over
   */
  async untilStored<T>(work: () => T): Promise<T> {
    return this.retry(work, (pause) => this.clock.sleep(pause));
  }

  /**
   * Runs `work` as one transaction on behalf of an open request. It waits a few seconds of real time for a file that
   * another process holds; virtual time stands still meanwhile, as for every open request.
   *
   * @param patienceMs the longest wait, in milliseconds
   * @throws StoreUnavailableError when it could not be stored: the client is to try again
   */
  async forRequest<T>(work: () => T, patienceMs = REQUEST_PATIENCE_MS): Promise<T> {
    let left = patienceMs;
    return this.retry(work, async (pause, error) => {
      if (error.kind === 'full' || error.kind === 'gone' || left <= 0) throw error;
      left -= pause;
      await realPause(pause);
    });
  }

  /** Logs the first failure of an outage. */
  failed(error: StoreUnavailableError): void {
    // Another server has the state now, or the file is gone. The file's guard has logged it.
    if (this.outage || error.kind === 'taken' || error.kind === 'gone') return;
    this.outage = { since: this.clock.steady() };
    this.logger.error(`${error.message} Changes wait until it can be written again; nothing is lost.`);
  }

  /** A transaction has succeeded. */
  succeeded(): void {
    if (!this.outage || this.waiting > 0) return;
    const lasted = formatDuration(this.clock.steady() - this.outage.since);
    this.outage = undefined;
    this.logger.log(`The data file can be written again, after ${lasted}.`);
  }

  private async retry<T>(
    work: () => T,
    pauseFor: (pause: number, error: StoreUnavailableError) => Promise<void>,
  ): Promise<T> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
      try {
        return await this.inNextGroup(work);
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        this.failed(error);
        if (error.kind === 'taken') throw error;
        this.waiting++;
        try {
          await pauseFor(pause, error);
        } finally {
          this.waiting--;
        }
      }
    }
  }

  /**
   * Runs `work` in this turn of the event loop, as one transaction with whatever else is to be stored in it: the answers
   * and checkpoints of a busy server arrive several in a turn, and a commit is the dearest part of storing one. Virtual
   * time stands still meanwhile.
   */
  private inNextGroup<T>(work: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.group.length === 0) this.scheduleGroup();
      this.group.push({ work, resolve: resolve as (result: unknown) => void, reject });
    });
  }

  private scheduleGroup(): void {
    const release = this.clock.hold('the data file');
    setImmediate(() => {
      const group = this.group.splice(0);
      try {
        const rest = this.runGroup(group);
        if (rest.length > 0) this.scheduleGroup();
        this.group.push(...rest);
      } finally {
        release();
      }
    });
  }

  /**
   * Runs the first pieces of work until the turn is over, as one transaction. If one fails, each is done again as a
   * transaction of its own, so that the one that fails changes nothing else.
   *
   * @returns the others
   */
  private runGroup(group: readonly GroupedWork[]): GroupedWork[] {
    const results: unknown[] = [];
    try {
      this.db.transaction(() => {
        const turn = new Turn();
        for (const { work } of group) {
          results.push(work());
          if (turn.isOver) break;
        }
      });
    } catch (error) {
      const isOfAll = error instanceof StoreUnavailableError || group.length === 1;
      for (const { work, resolve, reject } of group) {
        try {
          if (isOfAll) throw error;
          resolve(this.db.transaction(work));
        } catch (reason) {
          reject(reason);
        }
      }
      return [];
    }
    this.succeeded();
    for (const [index, result] of results.entries()) group[index]?.resolve(result);
    return group.slice(results.length);
  }
}
