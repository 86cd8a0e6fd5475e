import { promisedStarts, type ThrottleRule } from './permits.js';

export interface ThrottledStarts {
  /** The number of runs that started together at the beginning. */
  readonly atOnce: number;
  /** The lateness of each run that started too late, in milliseconds. */
  readonly late: readonly number[];
}

/** How late a start may be observed, in milliseconds. */
export interface Tolerance {
  /** For runs of the first burst. Some of them may wait until others have ended. */
  readonly burstMs: number;
  /** For all other runs. */
  readonly laterMs: number;
}

/** A run that has ended. Its times are in milliseconds since 1970. */
export interface ThrottledRun {
  readonly queuedAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Compares the starts of runs with those that the throttle promises if all its permits were available before the first.
 * The same rule decides whether a start belongs to the burst and whether it is late, so the two results never
 * contradict each other.
 *
 * @param runs ordered by their start
 * @param concurrency how many runs may execute at the same time; the next one may wait as long as these take
 */
export function throttledStarts(
  rule: ThrottleRule,
  concurrency: number,
  runs: readonly ThrottledRun[],
  { burstMs, laterMs }: Tolerance,
): ThrottledStarts {
  const begin = runs[0]?.startedAt ?? 0;
  const promised = promisedStarts(
    rule,
    runs.map(({ queuedAt }) => queuedAt),
  );
  const ends = runs.map(({ endedAt }) => endedAt).toSorted((a, b) => a - b);
  const lateness = runs.map(({ startedAt }, i) => {
    const due = Math.max(promised[i] ?? 0, begin) + (i < rule.limit ? burstMs : laterMs);
    const room = (ends[i - concurrency] ?? begin) + laterMs;
    return startedAt - Math.max(due, room);
  });
  const inBurst = runs.filter(({ startedAt }, i) =>
    i < rule.limit ? (lateness[i] as number) <= 0 : startedAt <= begin + burstMs,
  );
  return { atOnce: inBurst.length, late: lateness.filter((ms) => ms > 0) };
}

/**
 * By how many the starts in the busiest interval exceed `limit` plus the permits that returned during the interval. It
 * is 0 or negative if the throttle was obeyed.
 *
 * @param starts in milliseconds since 1970, in ascending order
 */
export function excessStarts(
  { limit, periodMs }: ThrottleRule,
  starts: readonly number[],
  toleranceMs: number,
): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const [i, from] of starts.entries()) {
    for (let j = i; j < starts.length; j++) {
      const cameBack = Math.floor(((starts[j] as number) - from + toleranceMs) / (periodMs / limit));
      most = Math.max(most, j - i + 1 - limit - cameBack);
    }
  }
  return most;
}
