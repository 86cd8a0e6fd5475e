import { SystemClock, type Release } from '../../src/clock/index.js';

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

  /** A system clock of a process on this machine. @param setBack what an earlier process had */
  clock(setBack?: number): SystemClock {
    return new SystemClock({
      wall: () => this.wall,
      monotonic: () => this.monotonic,
      timer: (fn, ms) => this.setTimer(fn, ms),
      ...(setBack !== undefined && { setBack }),
    });
  }

  /** What the wall clock shows. */
  get time(): number {
    return this.wall;
  }

  /** Lets `ms` milliseconds pass, and calls the timers that end meanwhile, each at its moment. */
  run(ms: number): void {
    const end = this.monotonic + ms;
    for (;;) {
      const [next] = [...this.timers].filter(({ at }) => at <= end).toSorted((a, b) => a.at - b.at);
      if (!next) break;
      this.move(next.at - this.monotonic);
      this.timers.delete(next);
      next.fn();
    }
    this.move(end - this.monotonic);
  }

  /** Sets the wall clock forward by `ms` milliseconds, or back when they are below 0. */
  setWallClock(ms: number): void {
    this.wall += ms;
  }

  /** Suspends the machine for `ms` milliseconds. */
  suspend(ms: number): void {
    this.wall += ms;
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
