/** Milliseconds, or one of Inngest's durations such as `"1m30s"`. */
export type RetryTime = number | string;

/** Exponential backoff: `base * factor ** attempt`, at most `max`, and then up to `jitter` of it longer. */
export interface RetryBackoff {
  /** The first delay. Default: 1050 ms. Inngest extends shorter delays to about a second. */
  readonly base?: RetryTime;
  /** The factor by which each delay is longer than the one before, 1 or more. Default: 2. */
  readonly factor?: number;
  /** The longest delay, before jitter. Default: a year. */
  readonly max?: RetryTime;
  /** The largest random addition, as a share of the delay, from 0 to 1. Default: 0.1. */
  readonly jitter?: number;
  readonly delays?: never;
}

/** A list of delays. After the last one, every further delay is the same as the last. */
export interface RetryDelays {
  readonly delays: readonly RetryTime[];
  /** The largest random addition, as a share of the delay, from 0 to 1. Default: 0. */
  readonly jitter?: number;
}

/**
 * Returns the time of the next attempt: a date, or a duration from now.
 *
 * @param attempt the attempt that failed, from 0
 * @param error the error of that attempt
 */
export type RetryFunction = (attempt: number, error: Error) => Date | RetryTime;

/**
 * The delays before a failed step, or a function that failed outside of steps, is tried again. The function's `retries`
 * says how often it is tried.
 *
 * ```ts
 * retry: { base: '5s', factor: 3, max: '10m', jitter: 0.2 }
 * retry: { delays: ['1s', '10s', '1m'] }
 * retry: (attempt, error) => (error instanceof BusyError ? error.until : 1000 * 2 ** attempt)
 * ```
 *
 * It can be set for a module (`forRoot`), a function (`@InngestFunction`) and a step ({@link withRetry}); the most
 * specific one applies. A step with a `NonRetriableError` is not tried again, and a `RetryAfterError` keeps its time.
 */
export type RetryOptions = RetryBackoff | RetryDelays | RetryFunction;
