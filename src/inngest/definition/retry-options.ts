/** Milliseconds, or one of Inngest's durations such as `"1m30s"`. */
export type RetryTime = number | string;

/** Exponential backoff: `base * factor ** attempt`, at most `max`, and then up to `jitter` of it longer. */
export interface RetryBackoff {
  /** The first delay. Default: 1050 ms. Inngest makes a second of anything shorter. */
  readonly base?: RetryTime;
  /** By what each delay is longer than the one before, 1 or more. Default: 2. */
  readonly factor?: number;
  /** The longest delay, before jitter. Default: a year. */
  readonly max?: RetryTime;
  /** The largest share of a delay that chance adds, from 0 to 1. Default: 0.1. */
  readonly jitter?: number;
  readonly delays?: never;
}

/** A list of delays. After the last one, every further delay is the same as the last. */
export interface RetryDelays {
  readonly delays: readonly RetryTime[];
  /** The largest share of a delay that chance adds, from 0 to 1. Default: 0. */
  readonly jitter?: number;
}

/**
 * Decides when to try again: a date, or a duration from now.
 *
 * @param attempt the attempt that failed, from 0
 * @param error what it failed with
 */
export type RetryFunction = (attempt: number, error: Error) => Date | RetryTime;

/**
 * When a failed step, or a function that failed outside of steps, is tried again. How often it is tried is the
 * function's `retries`.
 *
 * ```ts
 * retry: { base: '5s', factor: 3, max: '10m', jitter: 0.2 }
 * retry: { delays: ['1s', '10s', '1m'] }
 * retry: (attempt, error) => (error instanceof BusyError ? error.until : 1000 * 2 ** attempt)
 * ```
 *
 * It can be set for a module (`forRoot`), a function (`@InngestFunction`) and a step ({@link withRetry}); the narrower one
 * counts. A `NonRetriableError` is never tried again, and a `RetryAfterError` keeps the time that it names.
 */
export type RetryOptions = RetryBackoff | RetryDelays | RetryFunction;
