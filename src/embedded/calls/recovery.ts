import { Injectable, Logger } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ProcessEnd, type CountedEnd } from '../answers/process-end.js';
import { PatientStore } from '../faults/patient-store.js';
import { CallQueue } from '../queue/call-queue.js';
import { isTaken } from '../store/store-unavailable.error.js';
import { MetaStore } from '../store/meta.store.js';
import { QueueStore } from '../store/queue.store.js';
import { CallDescriptions } from './call-descriptions.js';

/** How the process that has, or had, the data file stands; absent in a file of an earlier version. */
const KEY = 'process';
type ProcessState =
  /** It makes calls. A start that finds this knows that the process ended without a stop. */
  | 'running'
  /** It was told to stop, and makes no more calls. */
  | 'stopped'
  /** It is starting, and makes no calls yet: those that were under way are made again. */
  | 'recovering'
  /** The same, and one of them may have ended the process. */
  | 'recovering-suspects';

/** How many of the calls that were under way are named in the log. */
const MOST_NAMED = 20;

interface Crash {
  /** How many calls were under way. */
  count: number;
  /** The first of them. */
  named: string[];
  /** When there was only one. */
  counted: CountedEnd | undefined;
}

/**
 * What a start makes of the calls that were under way when the process ended before. After a stop they are made again.
 * After an end without a stop one of them may have caused it: if there was only one, that is a failed attempt; several
 * are suspect and are made again one at a time.
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
   * Puts everything back that was under way, a bounded number of rows a transaction. No call may be made before.
   *
   * @throws StoreUnavailableError when the data file cannot be written for a while
   */
  async recover(): Promise<void> {
    const crash = await this.store.forRequest(() => this.begin());
    if (crash) this.tell(crash);
    while (await this.store.forRequest(() => this.recoverSome())) await nextTurn();
  }

  /**
   * Notes that the process stops in good order: what is still under way when it ends had no part in it.
   *
   * @param patienceMs how long to wait for a file that is held by another process, in milliseconds
   */
  async stopping(patienceMs: number): Promise<void> {
    try {
      await this.store.forRequest(() => {
        if (this.state === 'running') this.setState('stopped');
      }, patienceMs);
    } catch (error) {
      // The other server runs already: it takes nothing for a crash any more.
      if (isTaken(error)) return;
      const { message } = error as Error;
      this.logger.warn(`The stop could not be noted: ${message} The next start takes it for a crash.`);
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
    // The process ended while it was starting, and no call had been made.
    if (before === 'recovering' || before === 'recovering-suspects') return undefined;
    const underWay = before === 'running' ? this.items.running(MOST_NAMED) : [];
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
