import { promisedStarts, type ThrottleRule } from './permits.js';

export interface ThrottledStarts {
  /** How many started together at the beginning. */
  readonly atOnce: number;
  /** By how much each of those that came too late did, in milliseconds. */
  readonly late: readonly number[];
}

/** How late a start may be seen, in milliseconds. */
export interface Tolerance {
  /** One of the first burst, a part of which may wait for another to make room. */
  readonly burstMs: number;
  /** Any other. */
  readonly laterMs: number;
}

/** A run that has ended; its moments in milliseconds since 1970. */
export interface ThrottledRun {
  readonly queuedAt: number;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Holds the starts of runs against a rested throttle. One rule tells whether a start belongs to the burst and whether it
 * is late, so that the two never contradict each other.
 *
 * @param runs the first to start first
 * @param concurrency how many may execute at once: the next has to wait for one to end, however long that takes
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
 * By how many starts the busiest stretch of time exceeds what was saved up plus what came back during it; negative or 0
 * when the throttle was kept.
 *
 * @param starts in milliseconds since 1970, earliest first
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
