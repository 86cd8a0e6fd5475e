import { SystemClock, type Release, type SystemClockOptions } from '../../src/clock/index.js';

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/**
 * The two clocks of a machine and its timers, which a test moves: time that passes, a wall clock that somebody sets,
 * and a suspend, in which the monotonic clock and the timers stand still.
 */
export class FakeMachine {
  private monotonic = 1_000;
  private readonly timers = new Set<Timer>();

  /** @param wall what the wall clock shows, in milliseconds since 1970 */
  constructor(private wall = Date.UTC(2026, 0, 1)) {}

  /** What a system clock on this machine reads. */
  readonly sources: SystemClockOptions = {
    wall: () => this.wall,
    monotonic: () => this.monotonic,
    timer: (fn, ms) => this.setTimer(fn, ms),
  };

  /** A system clock of a process on this machine. @param setBack what an earlier process had */
  clock(setBack = 0): SystemClock {
    return new SystemClock({ ...this.sources, setBack });
  }

  /** What the wall clock shows. */
  get time(): number {
    return this.wall;
  }

  /** Lets `ms` milliseconds pass, and calls the timers that end meanwhile, each at its moment. */
  run(ms: number): void {
    const end = this.monotonic + ms;
    while (this.callNext(end));
    this.move(end - this.monotonic);
  }

  /** As {@link run}, and lets everything settle before each timer and in the end. */
  async runSettled(ms: number, settled: () => Promise<void>): Promise<void> {
    const end = this.monotonic + ms;
    do await settled();
    while (this.callNext(end));
    this.move(end - this.monotonic);
    await settled();
  }

  /** Sets the wall clock forward by `ms` milliseconds, or back when they are below 0. */
  setWallClock(ms: number): void {
    this.wall += ms;
  }

  /** Suspends the machine for `ms` milliseconds. */
  suspend(ms: number): void {
    this.wall += ms;
  }

  /** Calls the next timer that ends by `end`. Returns whether there was one. */
  private callNext(end: number): boolean {
    const [next] = [...this.timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
    if (!next) return false;
    this.move(next.at - this.monotonic);
    this.timers.delete(next);
    next.fn();
    return true;
  }

  private move(ms: number): void {
    this.wall += ms;
    this.monotonic += ms;
  }

  private setTimer(fn: () => void, ms: number): Release {
    // As Node has it: at least a millisecond, and never inside the call that sets it.
    const timer = { at: this.monotonic + Math.max(1, ms), fn };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }
}
