import { Injectable, Logger } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ProcessEnd, type CountedEnd } from '../answers/process-end.js';
import { PatientStore } from '../faults/patient-store.js';
import { CallQueue } from '../queue/call-queue.js';
import { isTaken } from '../store/store-unavailable.error.js';
import { MetaStore } from '../store/meta.store.js';
import { QueueStore } from '../store/queue.store.js';
import { CallDescriptions } from './call-descriptions.js';

/** The state of the process that has the data file, or had it last. Files of earlier versions have no such row. */
const KEY = 'process';
type ProcessState =
  /** The process makes calls. A start that finds this knows that the last process ended without a stop. */
  | 'running'
  /** The process was told to stop, and makes no more calls. */
  | 'stopped'
  /** The process is starting and makes no calls yet. It requeues the calls that were under way. */
  | 'recovering'
  /** The same, and it marks these calls as suspect, because one of them may have ended the process. */
  | 'recovering-suspects';

/** How many of the calls that were under way the log message names. */
const MAX_NAMED = 20;

interface Crash {
  /** How many calls were under way. */
  count: number;
  /** The descriptions of the first ones. */
  named: string[];
  /** Set only if exactly one call was under way. */
  counted: CountedEnd | undefined;
}

/**
 * Handles, at startup, the calls that were under way when the last process ended. After an orderly stop they are made
 * again. If the process ended without a stop, one of them may have caused that: a single call counts as a failed attempt;
 * several become suspect and are made again one at a time.
 */
@Injectable()
export class Recovery {
  private readonly logger = new Logger('Inngest');

  constructor(
    private readonly store: PatientStore,
    private readonly meta: MetaStore,
    private readonly items: QueueStore,
    private readonly queue: CallQueue,
    private readonly end: ProcessEnd,
    private readonly descriptions: CallDescriptions,
  ) {}

  /**
   * Requeues the calls that were under way, a bounded number of rows in each transaction. Must end before any call is made.
   *
   * @throws StoreUnavailableError when the data file stays unavailable
   */
  async recover(): Promise<void> {
    const crash = await this.store.forRequest(() => this.begin());
    if (crash) this.tell(crash);
    while (await this.store.forRequest(() => this.recoverSome())) await nextTurn();
  }

  /**
   * Stores that the process stops in an orderly way, so that the next start suspects none of the calls still under way.
   *
   * @param patienceMs how long to wait for a file that another process has locked, in milliseconds
   */
  async stopping(patienceMs: number): Promise<void> {
    try {
      await this.store.forRequest(
        () => {
          if (this.state === 'running') this.setState('stopped');
        },
        { patienceMs },
      );
    } catch (error) {
      // The server that took the file over has already read the state, so this note is of no use to it.
      if (isTaken(error)) return;
      const { message } = error as Error;
      this.logger.warn(`Storing the stop failed: ${message} The next start will treat it as a crash.`);
    }
  }

  private get state(): ProcessState | undefined {
    return this.meta.get(KEY) as ProcessState | undefined;
  }

  private setState(state: ProcessState): void {
    this.meta.set(KEY, state);
  }

  private begin(): Crash | undefined {
    const before = this.state;
    // The last process ended during startup, before it made a call.
    if (before === 'recovering' || before === 'recovering-suspects') return undefined;
    const underWay = before === 'running' ? this.items.running(MAX_NAMED) : [];
    const [only, another] = underWay;
    this.setState(another ? 'recovering-suspects' : 'recovering');
    if (!only) return undefined;
    const named = underWay.map((item) => this.descriptions.of(item));
    if (another) return { count: this.items.runningCount(), named, counted: undefined };
    return { count: 1, named, counted: this.end.count(only) };
  }

  /** Returns whether there may be more. */
  private recoverSome(): boolean {
    if (this.queue.recover(this.state === 'recovering-suspects')) return true;
    this.setState('running');
    return false;
  }

  private tell({ count, named, counted }: Crash): void {
    const more = count > named.length ? `, and ${count - named.length} more` : '';
    const calls = count === 1 ? '1 call was' : `${count} calls were`;
    this.logger.warn(
      `The last process ended without a stop while ${calls} under way: ${named.join('; ')}${more}. ${consequence(count, counted)}`,
    );
  }
}

function consequence(count: number, counted: CountedEnd | undefined): string {
  if (count > 1) {
    return 'One of them may have ended it: they are made again one at a time, before all other calls.';
  }
  if (!counted) return 'Its run has ended.';
  const { executions, maxAttempts, retryAt } = counted;
  const which = `It counts as failed attempt ${executions} of at most ${maxAttempts}`;
  if (retryAt === null) return `${which}: it was the last, and the run fails.`;
  return `${which}: it is made again at ${new Date(retryAt).toISOString()}.`;
}
