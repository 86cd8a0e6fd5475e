import { Injectable } from '@nestjs/common';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { Ids } from '../store/ids.js';
import type { RetryAfter } from '../protocol/answer.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The delays before the second, third, … attempt if the app names none; the last one repeats. Read in Inngest 1.43. */
const DELAYS_MS = [
  15 * SECOND,
  30 * SECOND,
  1 * MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  20 * MINUTE,
  40 * MINUTE,
  1 * HOUR,
  2 * HOUR,
];
/** A random part up to this is added to each delay. */
const JITTER_MS = 30 * SECOND;

/**
 * The longest delay before a retry: a year, as for sleeps. `RetryAfterError` accepts any number, so longer ones are cut.
 */
const LONGEST_RETRY_MS = 366 * 24 * HOUR;

/** Decides when a failed call is made again. */
@Injectable()
export class Backoff {
  constructor(
    private readonly ids: Ids,
    private readonly options: EmbeddedOptions,
  ) {}

  /**
   * @param attempt the number of the failed attempt, from 0
   * @param retryAfter the delay or the date that the app asked for
   * @param now the wall clock's time, in milliseconds
   * @returns the time of the next attempt, in milliseconds since 1970
   */
  nextTry(attempt: number, retryAfter: RetryAfter, now: number): number {
    const thisSecond = Math.floor(now / SECOND) * SECOND;
    if (retryAfter === undefined) {
      if (this.options.retryIntervalMs !== undefined) return now + this.options.retryIntervalMs;
      const delay = DELAYS_MS[Math.min(attempt, DELAYS_MS.length - 1)] ?? 0;
      return now + delay + Math.floor(this.ids.chance() * JITTER_MS);
    }
    // Measured on Inngest 1.43: seconds count from the truncated second, dates keep their milliseconds unless they are
    // less than a second away.
    const latest = now + LONGEST_RETRY_MS;
    if ('seconds' in retryAfter) {
      return Math.min(latest, Math.max(now, thisSecond + retryAfter.seconds * SECOND));
    }
    return Math.min(latest, retryAfter.date - now < SECOND ? thisSecond + SECOND : retryAfter.date);
  }
}
