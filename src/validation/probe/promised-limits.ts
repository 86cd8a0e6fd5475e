import type { ThrottleRule } from './permits.js';

/*
 * The promised limits of the demo task, written a second time. If these numbers came from its configuration, a mistake
 * there would change the expectation, too, and no promise would be broken.
 */

export const DEMO_TASK_THROTTLE: ThrottleRule = { limit: 20, periodMs: 60_000 };

export const DEMO_TASK_CONCURRENCY = 10;

/** How often a failing step is tried, including the first attempt. */
export const DEMO_TASK_ATTEMPTS = 6;

/** The shortest and the longest delay before each retry, in milliseconds. Jitter only extends a delay. */
export const DEMO_TASK_RETRY_WAITS: readonly { readonly leastMs: number; readonly mostMs: number }[] = [
  { leastMs: 1_000, mostMs: 1_200 },
  { leastMs: 2_000, mostMs: 2_400 },
  { leastMs: 4_000, mostMs: 4_800 },
  { leastMs: 8_000, mostMs: 9_600 },
  { leastMs: 16_000, mostMs: 19_200 },
];
