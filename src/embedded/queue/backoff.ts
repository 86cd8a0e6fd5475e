import { Injectable } from '@nestjs/common';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { Ids } from '../store/ids.js';
import type { RetryAfter } from '../protocol/answer.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The waits before the second, third, … try when the app names none; the last one repeats. Read in Inngest 1.43. */
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
/** Up to this much is added to each of them. */
const JITTER_MS = 30 * SECOND;

/** An app that asks for a later retry gets this one: a year, as for sleeps. `RetryAfterError` takes any number. */
const LONGEST_RETRY_MS = 366 * 24 * HOUR;

/** When a call that failed is made again. */
@Injectable()
export class Backoff {
  constructor(
    private readonly ids: Ids,
    private readonly options: EmbeddedOptions,
  ) {}

  /**
   * @param attempt the one that failed, from 0
   * @param retryAfter what the app asked for
   * @returns milliseconds since 1970
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
