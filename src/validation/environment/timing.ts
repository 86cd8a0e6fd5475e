import { setTimeout as wallSleep } from 'node:timers/promises';
import { type Clock, SystemClock, type VirtualClock } from '../../clock/index.js';

/** How to wait in an environment: in real time, or on a clock that skips the waiting. */
export interface Timing {
  readonly isReal: boolean;
  /**
   * How much later than promised something may be observed, in milliseconds, because queues poll and networks take
   * time.
   */
  readonly slackMs: number;
  /** How far the times of server and worker for the same moment may differ, in milliseconds. */
  readonly blurMs: number;
  /** Milliseconds since 1970. */
  now(): number;
  /**
   * Waits until the condition is true.
   *
   * @returns false if it is not true within `ms` milliseconds
   */
  until(condition: () => Promise<boolean>, ms: number, signal: AbortSignal): Promise<boolean>;
  /** Waits for `ms` milliseconds. */
  pass(ms: number, signal: AbortSignal): Promise<void>;
}

const POLL_EVERY_MS = 200;

/** Real time, for servers and workers in other processes. */
export class RealTiming implements Timing {
  readonly isReal = true;
  /** Measured on Inngest 1.43 on a busy machine: a queued run starts up to 0.3 s late. Networks add to that. */
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
 * The steps in which virtual time advances between two checks of a condition: at least these milliseconds, and at least
 * this share of the time that has passed. Checks take longer than advancing does. Everything due within a step still
 * fires at its exact time.
 */
const STEP_MS = 1_000;
const STEP_SHARE = 0.25;

/** Virtual time, for a server and a worker that share one clock in this process. Waiting takes no real time. */
export class VirtualTiming implements Timing {
  readonly isReal = false;
  /** In virtual time only waiting on the clock takes time. */
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
 * For a server on a virtual clock whose worker is another process in real time. During a call, time passes as in real
 * time. Between calls this skips what the server waits for, such as its backoff of 15 s and more.
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
      // The clock was held for too long, so the worker is executing a call.
      () => false,
    );
    return Promise.race([still, wallSleep(WALL_POLL_MS, false)]);
  }
}
