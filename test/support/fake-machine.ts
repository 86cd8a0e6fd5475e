import { SystemClock, type Release, type SystemClockOptions } from '../../src/clock/index.js';

interface Timer {
  readonly at: number;
  readonly fn: () => void;
}

/**
 * A simulated machine: a wall clock, a monotonic clock and timers. A test can let time pass, set the wall clock, or suspend the
 * machine. During a suspend, the monotonic clock and the timers stand still.
 */
export class FakeMachine {
  private monotonic = 1_000;
  private readonly timers = new Set<Timer>();

  /** @param wall the time of the wall clock, in milliseconds since 1970 */
  constructor(private wall = Date.UTC(2026, 0, 1)) {}

  /** The time sources of a system clock on this machine. */
  readonly sources: SystemClockOptions = {
    wall: () => this.wall,
    monotonic: () => this.monotonic,
    timer: (fn, ms) => this.setTimer(fn, ms),
  };

  /** Creates the system clock of a process on this machine. @param setBack the set-back that an earlier process stored */
  clock(setBack = 0): SystemClock {
    return new SystemClock({ ...this.sources, setBack });
  }

  /** The time of the wall clock, in milliseconds since 1970. */
  get time(): number {
    return this.wall;
  }

  /** Lets `ms` milliseconds pass. Calls each timer that is due meanwhile, at its time. */
  run(ms: number): void {
    const end = this.monotonic + ms;
    while (this.callNext(end));
    this.move(end - this.monotonic);
  }

  /** Like {@link run}, but awaits `settled` before each timer and at the end. */
  async runSettled(ms: number, settled: () => Promise<void>): Promise<void> {
    const end = this.monotonic + ms;
    do await settled();
    while (this.callNext(end));
    this.move(end - this.monotonic);
    await settled();
  }

  /** Sets the wall clock forward by `ms` milliseconds, or back if `ms` is negative. */
  setWallClock(ms: number): void {
    this.wall += ms;
  }

  /** Suspends the machine for `ms` milliseconds. */
  suspend(ms: number): void {
    this.wall += ms;
  }

  /** Calls the next timer that is due by `end`. Returns whether there was one. */
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
    // Like Node: a timer waits at least 1 ms, and never fires inside the call that sets it.
    const timer = { at: this.monotonic + Math.max(1, ms), fn };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  }
}
