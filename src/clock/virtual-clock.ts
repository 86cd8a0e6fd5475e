import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Clock, type CallHeaders, type Release, type AlarmKind } from './clock.js';
import { ClockHeldError, type Movable } from './movable.js';

interface Timer {
  at: number;
  order: number;
  kind: AlarmKind;
  fn: () => void;
}

/** A call from its start to the moment at which its caller has the answer, or gives up. */
interface OpenCall {
  clock: VirtualClock;
  what: string;
  /** How many sleeps are pending in the work that serves it. */
  sleeping: number;
  /** The work is done: what it left behind asleep has no part in the answer, which is on its way. */
  isServed: boolean;
}

/** Names the call to the side that serves it. */
const CALL_HEADER = 'x-virtual-clock-call';

// One for all clocks: Node visits every storage that was ever used at every promise, and tests make many clocks.
const served = new AsyncLocalStorage<OpenCall | undefined>();

/** How long (wall time) nothing may change while virtual time is held before a wait gives up and says who holds it. */
const STUCK_AFTER_MS = 15_000;

export interface PassOptions {
  /** How far time may go, in milliseconds of virtual time from the start of the wait; ticks count only within it. */
  within?: number;
}

/**
 * A clock for tests: it stands still except inside {@link pass} and {@link advance}. There it skips to the next
 * thing due, and only when nothing is happening: nothing holds it, and every call in flight is itself sleeping on it.
 *
 * It starts at the wall clock's time. Whatever must hold against the outside world (signatures) keeps wall time.
 */
export class VirtualClock extends Clock implements Movable {
  override readonly isVirtual = true;
  /** Nobody puts it back. */
  override readonly setBack = 0;
  private readonly timers = new Set<Timer>();
  private readonly holds = new Map<symbol, string>();
  private readonly listeners = new Set<() => void>();
  private readonly ending = new AbortController();
  private readonly calls = new Map<string, OpenCall>();
  private order = 0;

  constructor(private time = Date.now()) {
    super();
    // Every sleep listens to it, however many there are.
    setMaxListeners(0, this.ending.signal);
  }

  override now(): number {
    return this.time;
  }

  override steady(): number {
    return this.time;
  }

  override restoreSetBack(): void {
    // It goes on from a moment of its own, wherever an earlier process was.
  }

  override onJump(): Release {
    return () => undefined;
  }

  override schedule(at: number, fn: () => void, kind: AlarmKind = 'due'): Release {
    // A clock shows whole milliseconds, and a timer is never early.
    const timer: Timer = { at: Math.ceil(at), order: this.order++, kind, fn };
    this.timers.add(timer);
    // What is due already needs no time to pass; it fires as soon as the caller is done.
    if (at <= this.time) {
      const release = this.hold('a timer that is due');
      setImmediate(() => {
        if (this.timers.delete(timer)) fn();
        release();
      });
    }
    return () => this.timers.delete(timer);
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

  /** Resolves when nothing is happening any more that could change without time passing. */
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
   * Lets time pass until `until` answers true.
   *
   * @throws Error when nothing is due any more, or the horizon is reached, before it does.
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
            ? 'Nothing is due any more, and what was waited for has not happened.'
            : `What was waited for has not happened within ${within} ms of virtual time.`,
        );
      }
      this.moveTo(next);
    }
  }

  /**
   * Lets exactly `ms` milliseconds pass, stopping at everything that comes due on the way.
   *
   * @throws RangeError when that is not a whole number from 0 on
   */
  async advance(ms: number): Promise<void> {
    if (!Number.isSafeInteger(ms) || ms < 0) {
      throw new RangeError(`Time passes by whole milliseconds from 0 on, not by ${ms}.`);
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

  /** Ends every sleep with an error, now and from now on: what waits on the clock must not outlive its test. */
  end(): void {
    this.ending.abort(new Error('The virtual clock has ended.'));
  }

  /** The call that the running code serves, if it is one on this clock. */
  private servedCall(): OpenCall | undefined {
    const call = served.getStore();
    return call?.clock === this ? call : undefined;
  }

  private isStill(): boolean {
    return this.holds.size === 0 && this.busyCalls().length === 0;
  }

  /** The calls that are doing something. One whose caller has given up is not among them, asleep or not. */
  private busyCalls(): OpenCall[] {
    return [...this.calls.values()].filter(({ sleeping, isServed }) => sleeping === 0 || isServed);
  }

  /** The moment of the next thing that time may move for, or undefined. */
  private next(horizon?: number): number | undefined {
    const limit = horizon ?? Number.POSITIVE_INFINITY;
    let due = Number.POSITIVE_INFINITY;
    let tick = Number.POSITIVE_INFINITY;
    for (const timer of this.timers) {
      if (timer.kind === 'due') due = Math.min(due, timer.at);
      else if (timer.kind === 'tick') tick = Math.min(tick, timer.at);
    }
    if (horizon === undefined && due === Number.POSITIVE_INFINITY) return undefined;
    const next = Math.min(due, tick);
    return next <= limit ? next : undefined;
  }

  private moveTo(time: number): void {
    this.time = Math.max(this.time, time);
    const fired = [...this.timers]
      .filter((timer) => timer.at <= this.time)
      .toSorted((a, b) => a.at - b.at || a.order - b.order);
    for (const timer of fired) {
      // One timer may cancel another that is due at the same moment.
      if (this.timers.delete(timer)) timer.fn();
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
