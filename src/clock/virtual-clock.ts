import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Clock, type CallHeaders, type Release, type AlarmKind } from './clock.js';
import { ClockHeldError, type Movable } from './movable.js';

interface Alarm {
  at: number;
  order: number;
  kind: AlarmKind;
  fn: () => void;
}

/** A call that is under way: its caller has neither received the answer nor given up. */
interface OpenCall {
  clock: VirtualClock;
  what: string;
  /** The number of pending sleeps in the work that serves the call. */
  sleeping: number;
  /** The handler has returned and its answer is on its way. Sleeps that it did not await no longer count. */
  isServed: boolean;
}

/** The request header that tells the serving side the id of the call. */
const CALL_HEADER = 'x-virtual-clock-call';

// One storage for all clocks: Node visits every storage that was ever used at every promise, and tests make many clocks.
const served = new AsyncLocalStorage<OpenCall | undefined>();

/**
 * How long virtual time may be held without any change before a wait fails with a ClockHeldError, in milliseconds of
 * the machine's time.
 */
const STUCK_AFTER_MS = 15_000;

export interface PassOptions {
  /**
   * The horizon: how far time may advance, in milliseconds of virtual time from the start of the wait. The clock skips
   * forward to `tick` alarms only if a horizon is set.
   */
  within?: number;
}

/**
 * A clock for tests. It stands still except in {@link pass}, {@link advance} and the moves of {@link Movable}. They skip
 * forward to the next alarm, but only while nothing holds the clock and every call under way sleeps on the clock.
 *
 * It starts at the wall clock's time. Code that others check against their own clock (signatures) uses the wall clock.
 */
export class VirtualClock extends Clock implements Movable {
  override readonly isVirtual = true;
  /** Virtual time never goes back. */
  override readonly setBack = 0;
  private readonly alarms = new Set<Alarm>();
  private readonly holds = new Map<symbol, string>();
  private readonly listeners = new Set<() => void>();
  private readonly ending = new AbortController();
  private readonly calls = new Map<string, OpenCall>();
  private order = 0;

  constructor(private time = Date.now()) {
    super();
    // Every sleep listens to this signal. Without the call, Node warns of a leak from the 11th on.
    setMaxListeners(0, this.ending.signal);
  }

  override now(): number {
    return this.time;
  }

  override steady(): number {
    return this.time;
  }

  override restoreSetBack(): void {
    // Virtual time has no set-back to restore.
  }

  override onJump(): Release {
    return () => undefined;
  }

  override schedule(at: number, fn: () => void, kind: AlarmKind = 'due'): Release {
    // The clock shows whole milliseconds, and an alarm is never early.
    const alarm: Alarm = { at: Math.ceil(at), order: this.order++, kind, fn };
    this.alarms.add(alarm);
    // An alarm of now or earlier needs no time to pass. It is called in a later turn, never inside this method.
    if (at <= this.time) {
      const release = this.hold('an alarm that is due');
      setImmediate(() => {
        if (this.alarms.delete(alarm)) fn();
        release();
      });
    }
    return () => this.alarms.delete(alarm);
  }

  override after(ms: number, fn: () => void, kind?: AlarmKind): Release {
    return this.schedule(this.time + ms, fn, kind);
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const stops = [this.ending.signal, ...(signal ? [signal] : [])];
    const stopped = stops.find(({ aborted }) => aborted);
    if (stopped) return Promise.reject(stopped.reason as Error);
    const call = this.servedCall();
    if (call) this.countSleep(call, 1);
    return new Promise<void>((resolve, reject) => {
      const wake = (settle: () => void): void => {
        cancel();
        for (const stop of stops) stop.removeEventListener('abort', onAbort);
        if (call) this.countSleep(call, -1);
        settle();
      };
      const onAbort = (): void => wake(() => reject(stops.find(({ aborted }) => aborted)?.reason as Error));
      const cancel = this.after(ms, () => wake(resolve));
      for (const stop of stops) stop.addEventListener('abort', onAbort, { once: true });
    });
  }

  override hold(what: string): Release {
    const key = Symbol(what);
    this.holds.set(key, what);
    return () => {
      if (this.holds.delete(key)) this.changed();
    };
  }

  override async calling<T>(what: string, work: (headers: Record<string, string>) => Promise<T>): Promise<T> {
    const id = randomUUID();
    this.calls.set(id, { clock: this, what, sleeping: 0, isServed: false });
    try {
      return await work({ [CALL_HEADER]: id });
    } finally {
      this.calls.delete(id);
      this.changed();
    }
  }

  override async serving<T>(headers: CallHeaders, work: () => Promise<T>): Promise<T> {
    const call = this.calls.get(String(headers[CALL_HEADER]));
    try {
      return await served.run(call, work);
    } finally {
      if (call) call.isServed = true;
      this.changed();
    }
  }

  /**
   * Resolves when nothing holds the clock and every call under way sleeps on it: nothing more happens until time moves.
   *
   * @throws ClockHeldError when that does not come about and nothing changes for 15 seconds of the machine's time
   */
  async settled(): Promise<void> {
    for (;;) {
      if (this.isStill()) {
        await nextTurn();
        if (this.isStill()) return;
        continue;
      }
      await this.nextChange();
    }
  }

  /**
   * Advances the clock from alarm to alarm until `until` returns true.
   *
   * @throws Error when nothing more is due, or the horizon is reached, before that
   * @throws ClockHeldError when something holds the clock for too long
   */
  async pass(until: () => boolean | Promise<boolean>, { within }: PassOptions = {}): Promise<void> {
    const horizon = within === undefined ? undefined : this.time + within;
    for (;;) {
      await this.settled();
      if (await until()) return;
      await this.settled();
      const next = this.next(horizon);
      if (next === undefined) {
        throw new Error(
          horizon === undefined
            ? 'Nothing is due any more, and the awaited condition is still false.'
            : `The awaited condition did not become true within ${within} ms of virtual time.`,
        );
      }
      this.moveTo(next);
    }
  }

  /**
   * Advances the clock by exactly `ms` milliseconds and stops at every alarm on the way.
   *
   * @throws RangeError when `ms` is not a whole number of 0 or more
   * @throws ClockHeldError when something holds the clock for too long
   */
  async advance(ms: number): Promise<void> {
    if (!Number.isSafeInteger(ms) || ms < 0) {
      throw new RangeError(`The clock advances by whole milliseconds, 0 or more; got ${ms}.`);
    }
    await this.move(ms);
  }

  heldBy(): string[] {
    const calls = this.busyCalls().map(({ what }) => `${what}, which does not wait on the clock`);
    return [...this.holds.values(), ...calls];
  }

  nextDue(): number | undefined {
    const next = this.next(Number.POSITIVE_INFINITY);
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  async move(ms: number, signal?: AbortSignal): Promise<number> {
    const start = this.time;
    const end = start + ms;
    try {
      for (;;) {
        await this.settled();
        signal?.throwIfAborted();
        const next = this.next(end);
        if (next === undefined) break;
        this.moveTo(next);
      }
      this.moveTo(end);
      await this.settled();
      return ms;
    } catch (error) {
      throw error instanceof ClockHeldError ? new ClockHeldError(error.heldBy, this.time - start) : error;
    }
  }

  async moveToNext(signal?: AbortSignal): Promise<number> {
    await this.settled();
    const next = this.nextDue();
    return next === undefined ? 0 : this.move(Math.max(0, next - this.time), signal);
  }

  /** Rejects every pending and later sleep, so that code which sleeps on the clock does not outlive its test. */
  end(): void {
    this.ending.abort(new Error('The virtual clock has ended.'));
  }

  /** The call that the running code serves, if it was made on this clock. */
  private servedCall(): OpenCall | undefined {
    const call = served.getStore();
    return call?.clock === this ? call : undefined;
  }

  private isStill(): boolean {
    return this.holds.size === 0 && this.busyCalls().length === 0;
  }

  /** The calls under way that do not sleep, so that time must not move. */
  private busyCalls(): OpenCall[] {
    return [...this.calls.values()].filter(({ sleeping, isServed }) => sleeping === 0 || isServed);
  }

  /** The time of the next alarm to which the clock may skip forward, or undefined. */
  private next(horizon?: number): number | undefined {
    const limit = horizon ?? Number.POSITIVE_INFINITY;
    let due = Number.POSITIVE_INFINITY;
    let tick = Number.POSITIVE_INFINITY;
    for (const alarm of this.alarms) {
      if (alarm.kind === 'due') due = Math.min(due, alarm.at);
      else if (alarm.kind === 'tick') tick = Math.min(tick, alarm.at);
    }
    if (horizon === undefined && due === Number.POSITIVE_INFINITY) return undefined;
    const next = Math.min(due, tick);
    return next <= limit ? next : undefined;
  }

  private moveTo(time: number): void {
    this.time = Math.max(this.time, time);
    const fired = [...this.alarms]
      .filter((alarm) => alarm.at <= this.time)
      .toSorted((a, b) => a.at - b.at || a.order - b.order);
    for (const alarm of fired) {
      // One alarm may cancel another of the same time.
      if (this.alarms.delete(alarm)) alarm.fn();
    }
  }

  private countSleep(call: OpenCall, by: 1 | -1): void {
    call.sleeping += by;
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }

  private nextChange(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timeout = setTimeout(() => {
        this.listeners.delete(done);
        reject(new ClockHeldError(this.heldBy()));
      }, STUCK_AFTER_MS);
      const done = (): void => {
        clearTimeout(timeout);
        this.listeners.delete(done);
        resolve();
      };
      this.listeners.add(done);
    });
  }
}
