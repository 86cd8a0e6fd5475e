import type { QueueItem, QueueStore } from '../store/queue.store.js';

/** How long a suspect call waits for the calls under way to end before it is made beside them, in milliseconds. */
const WAIT_TO_BE_ALONE_MS = 30_000;

/** How long other calls wait for a suspect call, in milliseconds. The time doubles after each further crash. */
const ALONE_MS = 2 * 60_000;

/** The highest number of doublings: 2 min × 2¹⁰ is 34 hours, longer than an app may take to answer. */
const MAX_DOUBLINGS = 10;

/**
 * Decides when suspect calls are made: one at a time, and with no other call under way, so that the call that ends the
 * process is identified.
 *
 * The waits are bounded. When a suspect call takes longer than two minutes, all other calls are made beside it, the suspect
 * ones too. A suspect call waits at most 30 s for the calls under way to end. A call that ends the process later, beside
 * other calls, becomes suspect again, and other calls then wait for it twice as long.
 */
export class Suspects {
  private aloneUntil = 0;
  private waitsToBeAloneUntil: number | undefined;
  private held: number | undefined;

  constructor(private readonly queue: QueueStore) {}

  /** Until when, in steady time, other calls wait for a suspect call, as of the last choice; undefined when they do not. */
  get heldUntil(): number | undefined {
    return this.held;
  }

  /** Whether the queue may give out any call now. */
  allowed(now: number): boolean {
    this.held = undefined;
    if (now >= this.aloneUntil || !this.queue.hasSuspect('running')) return true;
    this.held = this.aloneUntil;
    return false;
  }

  /** Whether this suspect call, which no limit holds, may be made now. If not, all other calls wait, too. */
  mayBegin({ uncounted }: QueueItem, now: number): boolean {
    const isAlone = this.queue.runningCount() === 0;
    this.waitsToBeAloneUntil ??= now + WAIT_TO_BE_ALONE_MS;
    // A suspect call that is still running has had its time alone and may take hours, so this one does not wait for it.
    if (!isAlone && now < this.waitsToBeAloneUntil && !this.queue.hasSuspect('running')) {
      this.held = this.waitsToBeAloneUntil;
      return false;
    }
    this.waitsToBeAloneUntil = undefined;
    const doublings = Math.min(Math.max(0, uncounted - 1), MAX_DOUBLINGS);
    this.aloneUntil = isAlone ? now + ALONE_MS * 2 ** doublings : now;
    return true;
  }

  /** To be called when no suspect call can be made now, so that the wait to be alone starts anew for the next one. */
  noneCanBegin(): void {
    this.waitsToBeAloneUntil = undefined;
  }
}
