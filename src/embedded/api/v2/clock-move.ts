import { DurationError, parseDuration } from '../../../common/duration.js';
import { isRecord } from '../../../common/is-record.js';
import { V2Exception } from '../shared/v2.exception.js';

/** The largest move of one request, in milliseconds: a year, which is also the longest sleep. */
const MAX_MOVE_MS = 366 * 24 * 60 * 60 * 1_000;

/** The latest time of the clock. Later years have more than four digits in ISO 8601, and ids have no room for them. */
const LATEST_TIME = Date.UTC(9999, 11, 31);

/**
 * Reads by how much a request moves the clock: `{"by": "1h30m"}`, `{"by": 5400000}` or `{"by": "next"}`.
 *
 * @returns whole milliseconds, 0 or more, or `next`
 * @throws V2Exception 400 naming what is wrong
 */
export function readMove(body: unknown): number | 'next' {
  const by: unknown = isRecord(body) ? body['by'] : undefined;
  if (by === 'next') return 'next';
  const ms = typeof by === 'string' ? durationOf(by) : by;
  if (typeof ms !== 'number' || !Number.isSafeInteger(ms) || ms < 0) {
    throw refusal(
      '"by" must be a duration such as "1h30m", a whole number of milliseconds (0 or more), or "next"' +
        `${by === undefined ? '' : `, not ${JSON.stringify(by)}`}.`,
    );
  }
  if (ms > MAX_MOVE_MS) throw refusal(`"by" must be at most 366d, not ${JSON.stringify(by)}.`);
  return ms;
}

/** @param time milliseconds since 1970 @throws V2Exception 400 when the clock cannot show such a late time */
export function assertBeforeLatestTime(time: number): void {
  if (time > LATEST_TIME) throw refusal('The clock cannot be moved past 9999-12-31.');
}

function durationOf(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch (error) {
    if (error instanceof DurationError) return undefined;
    throw error;
  }
}

function refusal(message: string): V2Exception {
  return new V2Exception(400, 'invalid_request', message);
}
