import type { ThrottleRule } from './permits.js';

/*
 * What the demo task is promised, written out once more: taken from its configuration, these numbers would follow every
 * mistake in it, and the promise would be held against itself.
 */

export const DEMO_TASK_THROTTLE: ThrottleRule = { limit: 20, periodMs: 60_000 };

export const DEMO_TASK_CONCURRENCY = 10;

/** How often a failing step is tried, the first time included. */
export const DEMO_TASK_ATTEMPTS = 6;

/** How long is waited before each retry at the least and at the most, in milliseconds: jitter only adds. */
export const DEMO_TASK_RETRY_WAITS: readonly { readonly leastMs: number; readonly mostMs: number }[] = [
  { leastMs: 1_000, mostMs: 1_200 },
  { leastMs: 2_000, mostMs: 2_400 },
  { leastMs: 4_000, mostMs: 4_800 },
  { leastMs: 8_000, mostMs: 9_600 },
  { leastMs: 16_000, mostMs: 19_200 },
];
