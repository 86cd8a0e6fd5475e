/** The last moment that a `Date` can be, in milliseconds since 1970; the first one is as far before. */
export const LATEST_TIME = 8.64e15;

/**
 * A time in ISO 8601. Never throws: one bad record must not spoil a whole list. A time out of range becomes the nearest
 * that can be written, and what is no number 1970-01-01.
 *
 * @param time in milliseconds since 1970
 */
export function isoTime(time: number): string {
  const inRange = Math.max(-LATEST_TIME, Math.min(LATEST_TIME, time));
  return new Date(Number.isNaN(inRange) ? 0 : inRange).toISOString();
}
