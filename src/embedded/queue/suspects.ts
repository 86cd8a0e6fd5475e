import type { QueueItem, QueueStore } from '../store/queue.store.js';

/** How long a suspect call waits for the calls under way to end, before it is made beside them, in milliseconds. */
const PATIENCE_MS = 30_000;

/** How long other calls wait for a suspect call at first, in milliseconds. Twice as long after each further crash. */
const ALONE_MS = 2 * 60_000;

/** The wait does not double for ever: 2 min × 2¹⁰ are 34 hours, longer than an app may take to answer. */
const MOST_DOUBLINGS = 10;

/**
 * Decides when suspect calls are made: one at a time, and alone, so that one that ends the process again is known.
 *
 * All other calls wait for that, but not for ever: beside a suspect call that takes longer than two minutes all others are
 * made, the suspect ones too, and a suspect call waits for at most 30 s until it is alone. A call that ends the process
 * later than that, beside others, is suspect again, and then it is alone for twice as long.
 */
export class Suspects {
  private aloneUntil = 0;
  private waitsUntil: number | undefined;
  private held: number | undefined;

  constructor(private readonly queue: QueueStore) {}

  /** Until when, in steady time, other calls are held back, as of the last look; undefined when they are not. */
  get heldUntil(): number | undefined {
    return this.held;
  }

  /** Whether anything may be taken from the queue now. */
  allowed(now: number): boolean {
    this.held = undefined;
    if (now >= this.aloneUntil || !this.queue.hasSuspect('running')) return true;
    this.held = this.aloneUntil;
    return false;
  }

  /** Whether this call, which no limit holds up, may be made now. Others are held back when it may not. */
  mayBegin({ uncounted }: QueueItem, now: number): boolean {
    const isAlone = this.queue.runningCount() === 0;
    this.waitsUntil ??= now + PATIENCE_MS;
    // One that has had its time alone may take hours.
    if (!isAlone && now < this.waitsUntil && !this.queue.hasSuspect('running')) {
      this.held = this.waitsUntil;
      return false;
    }
    this.waitsUntil = undefined;
    const doublings = Math.min(Math.max(0, uncounted - 1), MOST_DOUBLINGS);
    this.aloneUntil = isAlone ? now + ALONE_MS * 2 ** doublings : now;
    return true;
  }

  /** No suspect call can be made now. */
  noneWaits(): void {
    this.waitsUntil = undefined;
  }
}
