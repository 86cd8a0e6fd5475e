import { setImmediate as nextTurn } from 'node:timers/promises';
import { Clock, type CallHeaders, type Release, type AlarmKind } from './clock.js';
import { ClockHeldError, type Movable } from './movable.js';
import { SystemClock } from './system-clock.js';

/** How long a move waits before each of its stops for what holds the clock, in milliseconds of the machine's time. */
const PATIENCE_MS = 10_000;

/** A timer that a move may pass. */
interface Timer {
  /** When it fires, on its scale of this clock. */
  at: number;
  readonly scale: 'wall' | 'steady';
  readonly order: number;
  readonly fn: () => void;
  /** Cancels the timer of the machine that fires it if the clock is not moved. */
  disarm: Release;
}

/**
 * A clock that runs at the pace of the machine's and can be moved forward from there. For a server whose apps are other
 * processes: their calls take real time, so a call under way holds the clock until its answer is applied.
 *
 * A `background` timer runs in the machine's time, whatever the move: it waits for other processes.
 */
export class MovableClock extends Clock implements Movable {
  override readonly isVirtual = true;
  private readonly timers = new Set<Timer>();
  private readonly holds = new Map<symbol, string>();
  private readonly listeners = new Set<() => void>();
  /** The sum of all moves, in milliseconds. */
  private ahead = 0;
  private order = 0;

  /** @param machine the clock whose pace it keeps */
  constructor(private readonly machine: Clock = new SystemClock()) {
    super();
  }

  override get setBack(): number {
    return this.machine.setBack;
  }

  override now(): number {
    return this.machine.now() + this.ahead;
  }

  override steady(): number {
    return this.machine.steady() + this.ahead;
  }

  override restoreSetBack(ms: number): void {
    const change = ms - this.machine.setBack;
    this.machine.restoreSetBack(ms);
    // Durations that run keep what they have left.
    for (const timer of this.timers) if (timer.scale === 'steady') timer.at += change;
  }

  override onJump(listener: (ms: number) => void): Release {
    return this.machine.onJump(listener);
  }

  override schedule(at: number, fn: () => void, kind: AlarmKind = 'due'): Release {
    if (kind === 'background') return this.machine.schedule(at - this.ahead, fn);
    return this.add(at, 'wall', fn);
  }

  override after(ms: number, fn: () => void, kind: AlarmKind = 'due'): Release {
    if (kind === 'background') return this.machine.after(ms, fn);
    return this.add(this.steady() + ms, 'steady', fn);
  }

  override hold(what: string): Release {
    const key = Symbol(what);
    this.holds.set(key, what);
    return () => {
      if (!this.holds.delete(key)) return;
      for (const listener of this.listeners) listener();
    };
  }

  override async calling<T>(what: string, work: (headers: Record<string, string>) => Promise<T>): Promise<T> {
    const release = this.hold(what);
    try {
      return await work({});
    } finally {
      release();
    }
  }

  override serving<T>(_headers: CallHeaders, work: () => Promise<T>): Promise<T> {
    return work();
  }

  heldBy(): string[] {
    return [...this.holds.values()];
  }

  nextDue(): number | undefined {
    const ms = this.untilNext();
    return ms === undefined ? undefined : this.now() + ms;
  }

  async move(ms: number, signal?: AbortSignal): Promise<number> {
    let left = ms;
    try {
      for (;;) {
        await this.still(signal);
        const next = this.untilNext();
        if (next === undefined || next > left) break;
        this.skip(next);
        left -= next;
      }
    } catch (error) {
      throw error instanceof ClockHeldError ? new ClockHeldError(error.heldBy, ms - left) : error;
    }
    this.skip(left);
    await this.stillAtLast(signal);
    return ms;
  }

  async moveToNext(signal?: AbortSignal): Promise<number> {
    await this.still(signal);
    const next = this.untilNext();
    if (next === undefined) return 0;
    this.skip(next);
    await this.stillAtLast(signal);
    return next;
  }

  private add(at: number, scale: Timer['scale'], fn: () => void): Release {
    const timer: Timer = { at, scale, fn, order: this.order++, disarm: () => undefined };
    this.timers.add(timer);
    this.arm(timer);
    return () => {
      timer.disarm();
      this.timers.delete(timer);
    };
  }

  private arm(timer: Timer): void {
    const fire = (): void => {
      if (this.timers.delete(timer)) timer.fn();
    };
    timer.disarm =
      timer.scale === 'wall'
        ? this.machine.schedule(timer.at - this.ahead, fire)
        : this.machine.after(timer.at - this.steady(), fire);
  }

  /** How many milliseconds are left until the first timer fires; undefined without one. */
  private untilNext(): number | undefined {
    if (this.timers.size === 0) return undefined;
    return Math.max(0, Math.ceil(Math.min(...[...this.timers].map((timer) => this.left(timer)))));
  }

  private left({ at, scale }: Timer): number {
    return at - (scale === 'wall' ? this.now() : this.steady());
  }

  private skip(ms: number): void {
    this.ahead += ms;
    const due = [...this.timers]
      .filter((timer) => this.left(timer) <= 0)
      .toSorted((a, b) => this.left(a) - this.left(b) || a.order - b.order);
    for (const timer of this.timers) {
      timer.disarm();
      if (!due.includes(timer)) this.arm(timer);
    }
    for (const timer of due) {
      // One timer may cancel another that is due at the same moment.
      if (this.timers.delete(timer)) timer.fn();
    }
  }

  /** Resolves when nothing holds the clock any more. @throws ClockHeldError */
  private async still(signal?: AbortSignal): Promise<void> {
    const end = this.machine.steady() + PATIENCE_MS;
    for (let quiet = 0; quiet < 2; quiet++) {
      signal?.throwIfAborted();
      if (this.holds.size > 0) {
        await this.released(end - this.machine.steady(), signal);
        quiet = -1;
      }
      await nextTurn();
    }
  }

  /** The move is done. What it has started may take longer than anybody wants to wait. */
  private async stillAtLast(signal?: AbortSignal): Promise<void> {
    await this.still(signal).catch((error: unknown) => {
      if (!(error instanceof ClockHeldError)) throw error;
    });
  }

  /** Resolves when something lets go of the clock. @throws ClockHeldError after `ms` milliseconds */
  private released(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (done: () => void): void => {
        cancel();
        this.listeners.delete(onRelease);
        signal?.removeEventListener('abort', onAbort);
        done();
      };
      const onRelease = (): void => settle(resolve);
      const onAbort = (): void => settle(() => reject(signal?.reason as Error));
      const cancel = this.machine.after(ms, () => settle(() => reject(new ClockHeldError(this.heldBy()))));
      this.listeners.add(onRelease);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
