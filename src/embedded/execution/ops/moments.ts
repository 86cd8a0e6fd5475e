import { parseDuration } from '../../flow-control/index.js';
import type { SerializedError } from '../../protocol/ops.js';

/** The longest sleep, and the longest wait for an event: a year, also one with a leap day. Read in Inngest's source. */
const LONGEST_MS = 366 * 24 * 60 * 60 * 1_000;

/** How long is waited for a signal or an invoked function unless the step says otherwise, as on Inngest 1.43. */
export const A_YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

/**
 * The moment that a duration from now, or an ISO date, names. The SDK writes "" for no time at all, also for a negative
 * one.
 *
 * @throws DurationError when it is neither
 */
export function momentOf(text: string, now: number): number {
  if (text === '') return now;
  const date = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? now + parseDuration(text) : date;
}

/** The error with which a run fails that would rest for longer than Inngest allows; undefined when it would not. */
export function tooLong(what: string, at: number, now: number): SerializedError | undefined {
  if (at - now <= LONGEST_MS) return undefined;
  return {
    name: 'InngestErrTimeoutTooLong',
    message: `${what} ends on ${new Date(at).toISOString()}, more than a year ahead.`,
  };
}
