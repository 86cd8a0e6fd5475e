import { setTimeout as wallSleep } from 'node:timers/promises';
import { type Clock, SystemClock, type VirtualClock } from '../../clock/index.js';

/** How waiting is done on an environment: on the wall's time, or on a clock that skips over it. */
export interface Timing {
  readonly isReal: boolean;
  /** How much later than promised something may be seen, in milliseconds: queues tick and networks take time. */
  readonly slackMs: number;
  /** How far two views of one moment may lie apart, in milliseconds: that of the server, and that of the worker. */
  readonly blurMs: number;
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Waits until the condition holds.
   *
   * @returns false when it does not within `ms` milliseconds
   */
  until(condition: () => Promise<boolean>, ms: number, signal: AbortSignal): Promise<boolean>;
  /** Lets `ms` milliseconds pass. */
  pass(ms: number, signal: AbortSignal): Promise<void>;
}

const POLL_EVERY_MS = 200;

/** The wall's time, for servers and workers in other processes. */
export class RealTiming implements Timing {
  readonly isReal = true;
  /** Measured on Inngest 1.43 on a busy machine: a queued start comes up to 0.3 s late. Networks need some more. */
  readonly slackMs = 1_500;
  readonly blurMs = 250;

  constructor(private readonly clock: Clock = new SystemClock()) {}

  now(): number {
    return this.clock.now();
  }

  async until(condition: () => Promise<boolean>, ms: number, signal: AbortSignal): Promise<boolean> {
    const deadline = this.clock.steady() + ms;
    for (;;) {
      signal.throwIfAborted();
      if (await condition()) return true;
      if (this.clock.steady() >= deadline) return false;
      await this.clock.sleep(POLL_EVERY_MS, signal);
    }
  }

  async pass(ms: number, signal: AbortSignal): Promise<void> {
    await this.clock.sleep(ms, signal);
  }
}

/**
 * How far virtual time goes at least between two looks at a condition, in milliseconds, and by which share of what has
 * passed already: looks cost more than time does. It passes exactly through all that is due within.
 */
const STEP_MS = 1_000;
const STEP_SHARE = 0.25;

/** Virtual time, for a server and a worker that share one clock in this process: waiting takes no time. */
export class VirtualTiming implements Timing {
  readonly isReal = false;
  /** Nothing takes time but what waits on the clock. */
  readonly slackMs = 5;
  readonly blurMs = 2;

  constructor(private readonly clock: VirtualClock) {}

  now(): number {
    return this.clock.now();
  }

  async until(condition: () => Promise<boolean>, ms: number, signal: AbortSignal): Promise<boolean> {
    const began = this.now();
    await this.clock.settled();
    for (;;) {
      signal.throwIfAborted();
      if (await condition()) return true;
      const passed = this.now() - began;
      if (passed >= ms) return false;
      await this.clock.advance(Math.min(ms - passed, Math.max(STEP_MS, Math.floor(STEP_SHARE * passed))));
    }
  }

  async pass(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.clock.advance(ms);
  }
}

const WALL_POLL_MS = 25;

/**
 * For a server on a virtual clock whose worker is another process, in real time: while a call is under way time is the
 * wall's, and while none is, what the server itself waits for is skipped, such as its backoff of 15 s and more.
 */
export class SkippingTiming implements Timing {
  readonly isReal = false;
  readonly slackMs = 1_500;
  readonly blurMs = 250;

  constructor(
    private readonly clock: VirtualClock,
    private readonly wall: Clock = new SystemClock(),
  ) {}

  now(): number {
    return this.clock.now();
  }

  async until(condition: () => Promise<boolean>, ms: number, signal: AbortSignal): Promise<boolean> {
    const deadline = this.clock.now() + ms;
    const wallDeadline = this.wall.steady() + ms;
    for (;;) {
      signal.throwIfAborted();
      if (await condition()) return true;
      if (this.clock.now() >= deadline || this.wall.steady() >= wallDeadline) return false;
      if (await this.isStill()) await this.clock.advance(STEP_MS);
    }
  }

  async pass(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.clock.advance(ms);
  }

  private async isStill(): Promise<boolean> {
    const still = this.clock.settled().then(
      () => true,
      // It stands still for long: the worker is at work.
      () => false,
    );
    return Promise.race([still, wallSleep(WALL_POLL_MS, false)]);
  }
}
