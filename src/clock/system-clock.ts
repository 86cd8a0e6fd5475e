import { Clock, type CallHeaders, type Release } from './clock.js';

/**
 * The longest delay given to a Node timer, in milliseconds. Node's timers do not count the time in which the machine is
 * suspended, and do not follow the wall clock, so each alarm reads the clock again at least this often.
 */
const READ_EVERY_MS = 10_000;

/**
 * A jump is a difference of more than this, in milliseconds, between the changes of the wall clock and of the monotonic
 * clock since the last reading.
 */
const JUMP_MS = 1_000;

/** The machine's sources of time. A test replaces them. */
export interface SystemClockOptions {
  /** The wall clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly wall?: () => number;
  /**
   * Milliseconds since some fixed time, never put back. It may stand still while the machine is suspended. Default:
   * `performance.now`.
   */
  readonly monotonic?: () => number;
  /** Calls `fn` after `ms` milliseconds of the monotonic clock. Default: Node's `setTimeout`. */
  readonly timer?: (fn: () => void, ms: number) => Release;
  /** How far the steady time is ahead of the wall clock at the start, in milliseconds. Default: 0. */
  readonly setBack?: number;
}

/**
 * The machine's time. Each reading compares the wall clock with the monotonic clock, to tell time that passes from a
 * jump of the wall clock. The wall clock jumps when a person or NTP sets it, and when the machine wakes from a suspend.
 */
export class SystemClock extends Clock {
  override readonly isVirtual = false;
  private readonly wall: () => number;
  private readonly monotonic: () => number;
  private readonly timer: (fn: () => void, ms: number) => Release;
  private readonly listeners = new Set<(ms: number) => void>();
  /** How far the wall clock was ahead of the monotonic clock at the last reading, in milliseconds. */
  private ahead: number;
  private ownSetBack: number;
  /** The part of the steady time that {@link restoreSetBack} added, which did not pass in this process. */
  private restored = 0;

  constructor({
    wall = () => Date.now(),
    monotonic = () => performance.now(),
    timer = nodeTimer,
    setBack = 0,
  }: SystemClockOptions = {}) {
    super();
    this.wall = wall;
    this.monotonic = monotonic;
    this.timer = timer;
    this.ownSetBack = setBack;
    this.ahead = wall() - monotonic();
  }

  override get setBack(): number {
    this.read();
    return this.ownSetBack;
  }

  override now(): number {
    return this.read();
  }

  override steady(): number {
    return this.read() + this.ownSetBack;
  }

  override restoreSetBack(ms: number): void {
    this.restored += ms - this.ownSetBack;
    this.ownSetBack = ms;
  }

  override onJump(listener: (ms: number) => void): Release {
    const own = (ms: number): void => listener(ms);
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  override schedule(at: number, fn: () => void): Release {
    return this.when(() => at - this.now(), fn);
  }

  override after(ms: number, fn: () => void): Release {
    // A later restoreSetBack must not count as time that has passed.
    const passed = (): number => this.steady() - this.restored;
    const end = passed() + ms;
    return this.when(() => end - passed(), fn);
  }

  override hold(): Release {
    return () => undefined;
  }

  override calling<T>(_what: string, work: (headers: Record<string, string>) => Promise<T>): Promise<T> {
    return work({});
  }

  override serving<T>(_headers: CallHeaders, work: () => Promise<T>): Promise<T> {
    return work();
  }

  /** Calls `fn` when `left()` is 0 or less, in milliseconds. It never calls `fn` before it returns. */
  private when(left: () => number, fn: () => void): Release {
    let cancel: Release;
    const check = (): void => {
      const ms = left();
      if (ms > 0) arm(ms);
      else fn();
    };
    const arm = (ms: number): void => {
      // Rounded up, because Node rounds down. A timer that fires a fraction early is armed again.
      cancel = this.timer(check, Math.min(READ_EVERY_MS, Math.max(0, Math.ceil(ms))));
    };
    arm(left());
    return () => cancel();
  }

  /** Reads the wall clock. Adjusts the set-back first if the wall clock has jumped. */
  private read(): number {
    let wall = this.wall();
    let ahead = wall - this.monotonic();
    if (Math.abs(ahead - this.ahead) > JUMP_MS) {
      // The operating system may have suspended the process between the two readings. A second pair shows it.
      wall = this.wall();
      ahead = wall - this.monotonic();
    }
    const jump = Math.round(ahead - this.ahead);
    this.ahead = ahead;
    if (Math.abs(jump) > JUMP_MS) this.jumped(jump);
    return wall;
  }

  private jumped(ms: number): void {
    this.ownSetBack = Math.max(0, this.ownSetBack - ms);
    // Not now: the code that reads the clock may be in the middle of a change.
    queueMicrotask(() => {
      for (const listener of this.listeners) listener(ms);
    });
  }
}

function nodeTimer(fn: () => void, ms: number): Release {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
}
