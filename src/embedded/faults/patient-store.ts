import { setTimeout as realPause } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { formatDuration } from '../../common/duration.js';
import { Turn } from '../../common/turn.js';
import { Database, StoreUnavailableError } from '../store/database.js';

/** The pauses before a transaction is tried again, in milliseconds: each is twice as long as the one before. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 1_000;

/**
 * How long a request waits for an unavailable data file, in milliseconds. It need not be long, because the SDK sends a
 * request up to five times.
 */
const REQUEST_PATIENCE_MS = 5_000;

/**
 * How long a group of pieces that may wait is gathered, in milliseconds of real time: Node's shortest timer, which takes one to
 * two. With ten calls under way, a run of five steps then takes 2.7 commits; it took 4.9.
 */
const GATHER_MS = 1;

/** How the store runs a piece of work. */
export interface StoreOptions {
  /**
   * Whether the dispatcher may make its pass in the same transaction (see {@link PatientStore.endGroupsWith}). Not for work
   * whose caller then changes something in memory that the pass reads, such as the registered functions.
   */
  allowsPass?: boolean;
  /**
   * How long it waits for others, to share their commit: not at all, if none can come; for those of the same turn of the event
   * loop (the default); or for a moment, {@link GATHER_MS}. In virtual time always for those of the turn.
   */
  waits?: 'not' | 'turn' | 'moment';
}

interface GroupedWork {
  work: () => unknown;
  allowsPass: boolean;
  resolve: (result: unknown) => void;
  reject: (reason: unknown) => void;
}

/**
 * Runs transactions on a data file that may be unavailable for a while: another process has locked it, the disk is full or
 * has an I/O error, or the file is read-only. It waits without blocking the process, and logs the start and end of outages.
 */
@Injectable()
export class PatientStore {
  private readonly logger = new Logger('Inngest');
  /** Set from the first failed transaction until one succeeds while no other waits. `since` is in steady time. */
  private outage: { since: number } | undefined;
  private waiting = 0;
  /** The pieces of work that the next transaction stores. */
  private readonly group: GroupedWork[] = [];
  private lastPart: ((turn: Turn) => void) | undefined;
  /** Ends the wait of a group that is gathered. */
  private endWait: (() => void) | undefined;

  constructor(
    private readonly db: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Runs `work` in a transaction and waits for the data file without a time limit. For results of apps, which must not be
   * lost.
   *
   * @throws StoreUnavailableError when another server has taken the data file over
   */
  async untilStored<T>(work: () => T, options?: StoreOptions): Promise<T> {
    return this.retry(work, options, (pause) => this.clock.sleep(pause));
  }

  /**
   * Runs `work` in a transaction for an open request. It waits a few seconds of real time for an unavailable data file, but
   * not for one on a full disk. A virtual clock does not advance meanwhile, as during every open request.
   *
   * @param patienceMs the longest wait, in milliseconds
   * @throws StoreUnavailableError when nothing was stored; the client should try again
   */
  async forRequest<T>(
    work: () => T,
    { patienceMs = REQUEST_PATIENCE_MS, ...options }: StoreOptions & { patienceMs?: number } = {},
  ): Promise<T> {
    let left = patienceMs;
    return this.retry(work, options, async (pause, error) => {
      if (error.kind === 'full' || error.kind === 'gone' || left <= 0) throw error;
      left -= pause;
      await realPause(pause);
    });
  }

  /**
   * Does `work` as the last part of every transaction that stores the pieces of a turn, if all of them allow it. If it
   * throws, the pieces are stored without it. Replaces an earlier one.
   */
  endGroupsWith(work: (turn: Turn) => void): void {
    this.lastPart = work;
  }

  /** Logs the first failure of an outage. */
  failed(error: StoreUnavailableError): void {
    // The file guard has already logged that another server has the data file, or that the file is gone.
    if (this.outage || error.kind === 'taken' || error.kind === 'gone') return;
    this.outage = { since: this.clock.steady() };
    this.logger.error(
      `${error.message} Changes wait until the data file can be written again; nothing is lost.`,
    );
  }

  /** Logs the end of an outage. To be called after each successful transaction. */
  succeeded(): void {
    if (!this.outage || this.waiting > 0) return;
    const lasted = formatDuration(this.clock.steady() - this.outage.since);
    this.outage = undefined;
    this.logger.log(`The data file can be written again, after ${lasted}.`);
  }

  private async retry<T>(
    work: () => T,
    options: StoreOptions | undefined,
    pauseFor: (pause: number, error: StoreUnavailableError) => Promise<void>,
  ): Promise<T> {
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, 2 * pause)) {
      try {
        return await this.inNextGroup(work, options);
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
   * Runs `work` at the end of this turn of the event loop, or as `waits` says, in one transaction with all other work that has
   * come until then. A busy server receives several answers and checkpoints at almost the same time, and the commit is the
   * most expensive part of storing one. A virtual clock does not advance meanwhile.
   */
  private inNextGroup<T>(
    work: () => T,
    { allowsPass = false, waits = 'turn' }: StoreOptions = {},
  ): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.group.length === 0) this.scheduleGroup(this.clock.isVirtual ? 'turn' : waits);
      else if (waits !== 'moment') this.endWait?.();
      this.group.push({ work, allowsPass, resolve: resolve as (result: unknown) => void, reject });
    });
  }

  private scheduleGroup(waits: 'not' | 'turn' | 'moment'): void {
    const release = this.clock.hold('the data file');
    const store = (): void => {
      this.endWait = undefined;
      const group = this.group.splice(0);
      try {
        const rest = this.runGroup(group);
        // A piece may have asked for another one to be stored; then the next group is already scheduled.
        if (rest.length > 0 && this.group.length === 0) this.scheduleGroup('turn');
        this.group.unshift(...rest);
      } finally {
        release();
      }
    };
    if (waits === 'not') queueMicrotask(store);
    if (waits === 'turn') setImmediate(store);
    if (waits !== 'moment') return;
    const timer = setTimeout(store, GATHER_MS);
    this.endWait = () => {
      clearTimeout(timer);
      this.endWait = undefined;
      setImmediate(store);
    };
  }

  /**
   * Runs pieces of work in one transaction until the turn is over. If a piece throws, it and those before it are run again,
   * each in a separate transaction, so that only the one that throws is rolled back. So are all of them if the last part
   * throws.
   *
   * @returns the pieces that were not run yet
   */
  private runGroup(group: readonly GroupedWork[]): GroupedWork[] {
    const results: unknown[] = [];
    let failed: GroupedWork | undefined;
    try {
      this.db.transaction(() => {
        const turn = new Turn();
        for (const piece of group) {
          failed = piece;
          results.push(piece.work());
          failed = undefined;
          if (turn.isOver) break;
        }
        if (group.every(({ allowsPass }) => allowsPass)) this.lastPart?.(turn);
      });
    } catch (error) {
      // The pieces after the one that threw were not run. If the transaction could not begin, none was.
      const count = failed ? results.length + 1 : Math.max(1, results.length);
      const tried = error instanceof StoreUnavailableError ? group : group.slice(0, count);
      const failsAll = error instanceof StoreUnavailableError || (failed !== undefined && count === 1);
      for (const { work, resolve, reject } of tried) {
        try {
          if (failsAll) throw error;
          resolve(this.db.transaction(work));
        } catch (reason) {
          reject(reason);
        }
      }
      return group.slice(tried.length);
    }
    this.succeeded();
    for (const [index, result] of results.entries()) group[index]?.resolve(result);
    return group.slice(results.length);
  }
}
