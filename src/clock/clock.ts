/** Cancels an alarm, releases a hold or removes a listener. A second call does nothing. */
export type Release = () => void;

/**
 * How a virtual clock treats an alarm, which is a callback set by {@link Clock.schedule} or {@link Clock.after}:
 * - `due`: work. The clock may skip forward to it (a queue item, a sleep, a wait, a delay in a step).
 * - `tick`: a recurring time (cron). The clock skips forward to it only within the horizon of the current wait, because
 *   a cron of every minute would otherwise keep a wait going for ever.
 * - `background`: housekeeping (request timeouts, polling, retention). The clock never skips forward to it.
 *
 * When the clock skips forward, it calls every alarm on the way, of whatever kind.
 */
export type AlarmKind = 'due' | 'tick' | 'background';

/** HTTP headers as Node provides them, with names in lower case. */
export type CallHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * The source of time for every part of this project. It is injected, so that a test can run through 24 hours in
 * milliseconds: {@link SystemClock} shows the machine's time, {@link VirtualClock} skips the waiting.
 *
 * It has two scales. Dates (a cron tick, `sleepUntil`, times that people read) use the wall clock: {@link now} and
 * {@link schedule}. Durations (a delay, a timeout, a backoff) use the steady time: {@link steady} and {@link after}.
 * The two differ only after somebody has put the wall clock back: `steady() === now() + setBack`.
 *
 * With {@link hold}, {@link calling} and {@link serving}, code tells the clock that it is running, so that virtual time
 * does not move meanwhile. On the system clock these methods do nothing.
 */
export abstract class Clock {
  /** Whether its time differs from the machine's. If so, it cannot be compared with timestamps that others made. */
  abstract readonly isVirtual: boolean;

  /** How far the steady time is ahead of the wall clock, in milliseconds (0 or more). */
  abstract readonly setBack: number;

  /** The time of the wall clock, in milliseconds since 1970-01-01T00:00:00Z. */
  abstract now(): number;

  /**
   * The steady time, in milliseconds. It equals {@link now} until the wall clock is put back; the steady time does not
   * go back. It moves forward with the wall clock, also while the machine is suspended.
   */
  abstract steady(): number;

  /**
   * Converts a steady time to the time that the wall clock will show then, for people and for the protocol. A later
   * change of the wall clock makes the result wrong.
   */
  toWall(steady: number): number {
    return steady - this.setBack;
  }

  /** Converts a time of the wall clock to the steady time. A later change of the wall clock makes the result wrong. */
  toSteady(wall: number): number {
    return wall + this.setBack;
  }

  /**
   * Sets {@link setBack} to the value of an earlier process, in milliseconds. Alarms set with {@link after} keep their
   * remaining time.
   */
  abstract restoreSetBack(ms: number): void;

  /**
   * Calls `listener` after each jump of the wall clock, with the size of the jump in milliseconds (below 0: the clock
   * was put back). The call is a microtask, so it does not interrupt the code that noticed the jump. Returns a function
   * that removes the listener.
   */
  abstract onJump(listener: (ms: number) => void): Release;

  /**
   * Sets an alarm for a date: calls `fn` once when {@link now} is `at` (milliseconds since 1970) or later. Returns a
   * function that cancels the alarm.
   */
  abstract schedule(at: number, fn: () => void, kind?: AlarmKind): Release;

  /**
   * Sets an alarm for a duration: calls `fn` once when {@link steady} has moved on by `ms` milliseconds. Returns a
   * function that cancels the alarm.
   */
  abstract after(ms: number, fn: () => void, kind?: AlarmKind): Release;

  /**
   * Resolves after a duration of `ms` milliseconds. Rejects with the signal's reason if the signal is aborted before.
   * Inside {@link serving} it marks the call as sleeping, so that virtual time may move.
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

  /** Stops virtual time until the hold is released. A ClockHeldError names the work as `what`. */
  abstract hold(what: string): Release;

  /**
   * Makes a call that {@link serving} answers elsewhere in this process. The call holds virtual time, except while the
   * serving side sleeps on this clock.
   *
   * @param what the name of the call in a ClockHeldError
   * @param work makes the call. It must send the request headers that it receives: they tell the serving side which
   *   call it serves. The system clock passes no headers.
   */
  abstract calling<T>(what: string, work: (headers: Record<string, string>) => Promise<T>): Promise<T>;

  /**
   * Serves a call that {@link calling} makes elsewhere in this process, which the headers of the request name. Without
   * such a call, or after its caller has given up, the work does not hold virtual time, and its sleeps are ordinary
   * alarms.
   */
  abstract serving<T>(headers: CallHeaders, work: () => Promise<T>): Promise<T>;
}
