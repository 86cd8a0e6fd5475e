import { parseDuration } from '../../common/duration.js';
import type { RetryBackoff, RetryDelays, RetryOptions, RetryTime } from '../definition/retry-options.js';

/**
 * The first delay, in milliseconds. Not a plain second: Inngest (measured on 1.43) turns a date less than a second
 * ahead into "the current second, truncated, plus one", which can be almost immediately.
 */
const FIRST_DELAY_MS = 1050;
const FACTOR = 2;
/** Jitter only adds, up to this share of the delay, so that no attempt starts too early. */
const JITTER = 0.1;
/** The longest delay, in milliseconds, because a date in the far future cannot be sent. */
const LONGEST_DELAY_MS = 365 * 24 * 60 * 60 * 1000;

/**
 * How long to wait before trying again, by default about 1, 2, 4, 8, 16 s, each up to 10 % longer.
 *
 * Inngest's own backoff (15 s, 30 s, 1 m, 2 m, ... 2 h) cannot be set per function, so the worker itself sends the time
 * of the next attempt. Only `max`, the function's `retries` and a year limit the delay: with 20 retries, Inngest's
 * maximum, the last delay is about 6 days.
 *
 * @param attempt the attempt that failed, from 0
 * @param random a random number in [0, 1)
 * @param options the backoff, or a list of delays; see {@link RetryOptions}
 * @returns milliseconds
 */
export function retryDelay(
  attempt: number,
  random: () => number,
  options: RetryBackoff | RetryDelays = {},
): number {
  const [delay, jitter] = isList(options) ? fromList(attempt, options) : fromBackoff(attempt, options);
  return Math.min(delay * (1 + jitter * random()), LONGEST_DELAY_MS);
}

/**
 * When to try again, in milliseconds since 1970.
 *
 * @throws Error if a retry function throws, or returns neither a date nor a duration
 */
export function retryTime(
  options: RetryOptions,
  { attempt, error, now, random }: { attempt: number; error: Error; now: number; random: () => number },
): number {
  if (typeof options !== 'function') return now + retryDelay(attempt, random, options);
  const told: unknown = options(attempt, error);
  const at = told instanceof Date ? told.getTime() : now + toMs(told as RetryTime);
  if (Number.isNaN(at)) throw new TypeError(`it returned ${String(told)}, which is no Date and no duration`);
  return Math.min(Math.max(at, now), now + LONGEST_DELAY_MS);
}

/** A duration in milliseconds; NaN if it is invalid. @throws DurationError */
export function toMs(time: RetryTime): number {
  return typeof time === 'string' ? parseDuration(time) : typeof time === 'number' ? time : Number.NaN;
}

function isList(options: RetryBackoff | RetryDelays): options is RetryDelays {
  return 'delays' in options && options.delays !== undefined;
}

function fromList(attempt: number, { delays, jitter = 0 }: RetryDelays): [delay: number, jitter: number] {
  return [toMs(delays[Math.min(attempt, delays.length - 1)] ?? FIRST_DELAY_MS), jitter];
}

function fromBackoff(
  attempt: number,
  { base = FIRST_DELAY_MS, factor = FACTOR, max = LONGEST_DELAY_MS, jitter = JITTER }: RetryBackoff,
): [delay: number, jitter: number] {
  return [Math.min(toMs(base) * factor ** attempt, toMs(max)), jitter];
}
