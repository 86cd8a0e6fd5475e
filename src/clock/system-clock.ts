import { Clock, type CallHeaders, type Release } from './clock.js';

/**
 * The longest delay of a Node timer, in milliseconds. Node's timers do not count the time that the machine is
 * suspended and know nothing of the wall clock, so each one looks at the clock again at least this often.
 */
const LOOK_EVERY_MS = 10_000;

/** How much the wall clock must gain or lose against the monotonic one between two looks to count as a jump. */
const JUMP_MS = 1_000;

/** What the machine tells about time. A test replaces it to move time itself. */
export interface SystemClockOptions {
  /** The wall clock: milliseconds since 1970. `Date.now` unless given. */
  readonly wall?: () => number;
  /** Milliseconds since any moment, never put back; may stand still in a suspend. `performance.now` unless given. */
  readonly monotonic?: () => number;
  /** Calls `fn` after `ms` milliseconds of the monotonic clock. Node's `setTimeout` unless given. */
  readonly timer?: (fn: () => void, ms: number) => Release;
  /** By how much the steady time is ahead of the wall clock already, in milliseconds. */
  readonly setBack?: number;
}

/**
 * The machine's time. Every look at it compares the wall clock with the monotonic one, to tell a jump of the wall
 * clock from time that passes: set by hand or by the network, or left behind by a suspend.
 */
export class SystemClock extends Clock {
  override readonly isVirtual = false;
  private readonly wall: () => number;
  private readonly monotonic: () => number;
  private readonly timer: (fn: () => void, ms: number) => Release;
  private readonly listeners = new Set<(ms: number) => void>();
  /** What the wall clock was ahead of the monotonic one at the last look. */
  private ahead: number;
  private ownSetBack: number;
  /** How much of the steady time was restored and did not pass in this process. */
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
    this.look();
    return this.ownSetBack;
  }

  override now(): number {
    return this.look();
  }

  override steady(): number {
    return this.look() + this.ownSetBack;
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
    // What is restored later must not look like time that has passed.
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

  /** Calls `fn` when `left` says that no time is left, never before; and never inside the call that asks for it. */
  private when(left: () => number, fn: () => void): Release {
    let cancel: Release;
    const look = (): void => {
      const ms = left();
      if (ms > 0) arm(ms);
      else fn();
    };
    const arm = (ms: number): void => {
      // Rounded up, as Node rounds down; a timer that is early by a fraction looks again.
      cancel = this.timer(look, Math.min(LOOK_EVERY_MS, Math.max(0, Math.ceil(ms))));
    };
    arm(left());
    return () => cancel();
  }

  /** Reads the wall clock, after a jump of it was taken into account. */
  private look(): number {
    let wall = this.wall();
    let ahead = wall - this.monotonic();
    if (Math.abs(ahead - this.ahead) > JUMP_MS) {
      // The process may have been stopped between the two readings: only a second pair tells.
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
    // Whoever looks at the clock may be in the middle of something.
    queueMicrotask(() => {
      for (const listener of this.listeners) listener(ms);
    });
  }
}

function nodeTimer(fn: () => void, ms: number): Release {
  const timer = setTimeout(fn, ms);
  return () => clearTimeout(timer);
}
