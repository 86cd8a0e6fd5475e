/** Ends a timer, a hold or a listener; calling it twice is harmless. */
export type Release = () => void;

/**
 * How a virtual clock treats a timer:
 * - `due`: work that the clock may skip forward to (a queue item, a sleep, a wait, a delay in a step);
 * - `tick`: a recurring moment (cron). It happens when time passes over it, and is skipped to only up to the
 *   horizon of the wait, or a minutely cron would keep a wait going for ever;
 * - `background`: housekeeping (request timeouts, polling, retention). Time never moves for its sake.
 */
export type AlarmKind = 'due' | 'tick' | 'background';

/** HTTP headers, as Node gives them: names in lower case. */
export type CallHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * Where every part of this project takes its time from. Injected, so that a test can live through 24 hours in
 * milliseconds: {@link SystemClock} is the machine's, {@link VirtualClock} skips over the waiting.
 *
 * It shows two scales. Dates (a cron tick, `sleepUntil`, what people read) are on the wall's: {@link now} and
 * {@link schedule}. Durations (a delay, a timeout, a backoff) are on the steady one: {@link steady} and {@link after}.
 * The two differ only after somebody has put the wall clock back: `steady() === now() + setBack`.
 *
 * The last three methods say what is going on, so that virtual time never moves under running code. On the system
 * clock they cost nothing.
 */
export abstract class Clock {
  /** Whether it is not the wall's: moments that others have taken from there cannot be compared with its own. */
  abstract readonly isVirtual: boolean;

  /** By how much the steady time is ahead of the wall clock, in milliseconds (0 or more). */
  abstract readonly setBack: number;

  /** The wall clock's time: milliseconds since 1970-01-01T00:00:00Z. */
  abstract now(): number;

  /**
   * The steady time: equal to {@link now} until the wall clock is put back, and not put back with it. It moves
   * forward with the wall clock, also over a suspend.
   */
  abstract steady(): number;

  /** What the wall clock will show at a steady time, as far as is known now: for people and for the protocol. */
  toWall(steady: number): number {
    return steady - this.setBack;
  }

  /** The steady time at which the wall clock will show `wall`, as far as is known now. */
  toSteady(wall: number): number {
    return wall + this.setBack;
  }

  /** Sets {@link setBack} to what an earlier process had, in milliseconds. Durations that run keep what they have left. */
  abstract restoreSetBack(ms: number): void;

  /**
   * Calls `listener` after each jump of the wall clock, with its size in milliseconds (below 0: it was put back) and
   * outside the code that noticed it. Returns a function that removes the listener.
   */
  abstract onJump(listener: (ms: number) => void): Release;

  /**
   * Calls `fn` once when {@link now} is `at` (milliseconds since 1970) or later: for dates. Returns a function that
   * cancels it.
   */
  abstract schedule(at: number, fn: () => void, kind?: AlarmKind): Release;

  /**
   * Calls `fn` once when {@link steady} has moved on by `ms` milliseconds: for durations. Returns a function that
   * cancels it.
   */
  abstract after(ms: number, fn: () => void, kind?: AlarmKind): Release;

  /**
   * Resolves after `ms` milliseconds, a duration; rejects with the signal's reason when it is aborted first.
   * Inside {@link serving} it marks that call as waiting.
   */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const onAbort = (): void => {
        cancel();
        reject(signal?.reason as Error);
      };
      const cancel = this.after(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Holds virtual time still until released. `what` names the work when time stands still for too long. */
  abstract hold(what: string): Release;

  /**
   * An outgoing call, answered by {@link serving} on the other side. Holds time unless that side is waiting.
   *
   * @param work makes the call; the request headers that it is given tell the other side which call it serves (none
   * on the system clock). `what` names the call when time stands still for too long.
   */
  abstract calling<T>(what: string, work: (headers: Record<string, string>) => Promise<T>): Promise<T>;

  /**
   * Work on behalf of a {@link calling} elsewhere in this process: the one that the request's headers name. Without
   * one, or when its caller has given up, nobody's time depends on the work, and its sleeps are timers like any other.
   */
  abstract serving<T>(headers: CallHeaders, work: () => Promise<T>): Promise<T>;
}
