/**
 * The first delay, in milliseconds. Not a plain second: Inngest (measured on 1.43) turns a date less than a second
 * ahead into "the current second, truncated, plus one", which can be almost at once.
 */
const FIRST_DELAY_MS = 1050;
const FACTOR = 2;
/** Jitter only adds, up to this share of the delay, so that no try comes before its time. */
const JITTER = 0.1;

/**
 * How long to wait before trying again: about 1, 2, 4, 8, 16 s, each up to 10 % longer.
 *
 * Inngest's own backoff (15 s, 30 s, 1 m, 2 m, ... 2 h) cannot be set per function, so the worker names the moment of
 * the next try itself. There is no upper bound but the function's `retries`: with Inngest's most, 20, the last delay
 * is about 6 days.
 *
 * @param attempt the attempt that failed, from 0
 * @param random chance in [0, 1)
 * @returns milliseconds
 */
export function retryDelay(attempt: number, random: () => number): number {
  return FIRST_DELAY_MS * FACTOR ** attempt * (1 + JITTER * random());
}
