/** The latest time of a `Date`, in milliseconds since 1970. The earliest is the negative of it. */
export const LATEST_TIME = 8.64e15;

/**
 * A time in ISO 8601. Never throws, so that one bad record does not make a whole list fail. A time out of range becomes
 * the nearest valid time, and NaN becomes 1970-01-01.
 *
 * @param time in milliseconds since 1970
 */
export function isoTime(time: number): string {
  const inRange = Math.max(-LATEST_TIME, Math.min(LATEST_TIME, time));
  return new Date(Number.isNaN(inRange) ? 0 : inRange).toISOString();
}
