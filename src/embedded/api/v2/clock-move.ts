import { DurationError, parseDuration } from '../../../common/duration.js';
import { isRecord } from '../../../common/is-record.js';
import { V2Exception } from '../shared/v2.exception.js';

/** The farthest move of one request, in milliseconds: a year, as for sleeps. */
const LONGEST_MOVE_MS = 366 * 24 * 60 * 60 * 1_000;

/** The clock stops here: later years have more than four digits in ISO 8601, and ids have no room for them. */
const END_OF_TIME = Date.UTC(9999, 11, 31);

/**
 * Reads by how much a request wants to move the clock: `{"by": "1h30m"}`, `{"by": 5400000}` or `{"by": "next"}`.
 *
 * @returns whole milliseconds from 0 on, or `next`
 * @throws V2Exception 400 saying what is wrong
 */
export function readMove(body: unknown): number | 'next' {
  const by: unknown = isRecord(body) ? body['by'] : undefined;
  if (by === 'next') return 'next';
  const ms = typeof by === 'string' ? durationOf(by) : by;
  if (typeof ms !== 'number' || !Number.isSafeInteger(ms) || ms < 0) {
    throw refusal(
      '"by" must be a duration such as "1h30m", a whole number of milliseconds from 0 on, or "next"' +
        `${by === undefined ? '' : `, not ${JSON.stringify(by)}`}.`,
    );
  }
  if (ms > LONGEST_MOVE_MS) throw refusal(`"by" must be at most 366d, not ${JSON.stringify(by)}.`);
  return ms;
}

/** @throws V2Exception 400 when the clock would show a moment that it cannot show */
export function assertBeforeLatestTime(moment: number): void {
  if (moment > END_OF_TIME) throw refusal('The clock cannot be moved past 9999-12-31.');
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
