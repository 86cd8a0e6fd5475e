import { setImmediate as nextTurn } from 'node:timers/promises';
import { Clock, type CallHeaders, type Release, type AlarmKind } from './clock.js';
import { ClockHeldError, type Movable } from './movable.js';
import { SystemClock } from './system-clock.js';

/** How long a move waits at each stop until nothing holds the clock, in milliseconds of the machine's time. */
const HELD_TIMEOUT_MS = 10_000;

/** A `due` or `tick` alarm. A move calls those that it passes. */
interface Alarm {
  /** When the alarm is called, in milliseconds on its scale of this clock. */
  at: number;
  readonly scale: 'wall' | 'steady';
  readonly order: number;
  readonly fn: () => void;
  /** Cancels the alarm on the machine's clock, which calls this one if no move does before. */
  disarm: Release;
}

/**
 * A clock that runs at the pace of the machine's clock and can be moved ahead of it. It is for a server whose apps are
 * other processes: their calls take real time, so a call under way holds the clock until its answer is applied.
 *
 * `background` alarms follow the machine's time; a move does not reach them, because they wait for other processes.
 */
export class MovableClock extends Clock implements Movable {
  override readonly isVirtual = true;
  private readonly alarms = new Set<Alarm>();
  private readonly holds = new Map<symbol, string>();
  private readonly listeners = new Set<() => void>();
  /** The sum of all moves, in milliseconds. */
  private ahead = 0;
  private order = 0;

  /** @param machine the clock whose pace this one follows */
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
    // Alarms for durations keep their remaining time.
    for (const alarm of this.alarms) if (alarm.scale === 'steady') alarm.at += change;
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

  private add(at: number, scale: Alarm['scale'], fn: () => void): Release {
    const alarm: Alarm = { at, scale, fn, order: this.order++, disarm: () => undefined };
    this.alarms.add(alarm);
    this.arm(alarm);
    return () => {
      alarm.disarm();
      this.alarms.delete(alarm);
    };
  }

  private arm(alarm: Alarm): void {
    const fire = (): void => {
      if (this.alarms.delete(alarm)) alarm.fn();
    };
    alarm.disarm =
      alarm.scale === 'wall'
        ? this.machine.schedule(alarm.at - this.ahead, fire)
        : this.machine.after(alarm.at - this.steady(), fire);
  }

  /** The milliseconds until the next alarm; undefined if there is none. */
  private untilNext(): number | undefined {
    if (this.alarms.size === 0) return undefined;
    return Math.max(0, Math.ceil(Math.min(...[...this.alarms].map((alarm) => this.left(alarm)))));
  }

  private left({ at, scale }: Alarm): number {
    return at - (scale === 'wall' ? this.now() : this.steady());
  }

  private skip(ms: number): void {
    this.ahead += ms;
    const due = [...this.alarms]
      .filter((alarm) => this.left(alarm) <= 0)
      .toSorted((a, b) => this.left(a) - this.left(b) || a.order - b.order);
    for (const alarm of this.alarms) {
      alarm.disarm();
      if (!due.includes(alarm)) this.arm(alarm);
    }
    for (const alarm of due) {
      // One alarm may cancel another of the same time.
      if (this.alarms.delete(alarm)) alarm.fn();
    }
  }

  /**
   * Resolves when nothing has held the clock for two turns of the event loop.
   *
   * @throws ClockHeldError after {@link HELD_TIMEOUT_MS}
   */
  private async still(signal?: AbortSignal): Promise<void> {
    const end = this.machine.steady() + HELD_TIMEOUT_MS;
    for (let quiet = 0; quiet < 2; quiet++) {
      signal?.throwIfAborted();
      if (this.holds.size > 0) {
        await this.released(end - this.machine.steady(), signal);
        quiet = -1;
      }
      await nextTurn();
    }
  }

  /** Like {@link still} after the last stop. The move is done, so work that still holds the clock is no error. */
  private async stillAtLast(signal?: AbortSignal): Promise<void> {
    await this.still(signal).catch((error: unknown) => {
      if (!(error instanceof ClockHeldError)) throw error;
    });
  }

  /** Resolves when a hold is released. @throws ClockHeldError after `ms` milliseconds */
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
