/** The promised throttle: `limit` runs may start immediately, then one per `periodMs / limit`. */
export interface ThrottleRule {
  readonly limit: number;
  readonly periodMs: number;
}

/**
 * Computes what a throttle must allow by its documented rule (GCRA): one permit returns per interval, and at most
 * `limit` permits are available at a time. The caller reports each start; the class computes the time of the next
 * allowed ones.
 */
export class Permits {
  /** The time at which all permits are available again. */
  private fullAt = Number.NEGATIVE_INFINITY;
  private readonly intervalMs: number;

  constructor(private readonly rule: ThrottleRule) {
    this.intervalMs = rule.periodMs / rule.limit;
  }

  /** The earliest time, not before `now`, at which `count` permits are available. */
  availableAt(count: number, now: number): number {
    return Math.max(now, this.fullAt - (this.rule.limit - count) * this.intervalMs);
  }

  /** Takes the permit of a run that started at `at` or earlier. The number of permits never drops below zero. */
  take(at: number): void {
    const next = Math.max(this.fullAt, at) + this.intervalMs;
    this.fullAt = Math.max(this.fullAt, Math.min(next, at + this.rule.periodMs));
  }
}

/**
 * The earliest start times of runs that are queued at these times, if all permits were available before the first. Both
 * lists are in ascending order.
 */
export function promisedStarts(rule: ThrottleRule, queuedAt: readonly number[]): number[] {
  const permits = new Permits(rule);
  let last = Number.NEGATIVE_INFINITY;
  return queuedAt
    .toSorted((a, b) => a - b)
    .map((queued) => {
      const start = Math.max(last, permits.availableAt(1, queued));
      permits.take(start);
      last = start;
      return start;
    });
}

/**
 * The largest number of starts in any half-open window of this length: a burst, and the permits that return in the
 * window.
 */
export function mostInWindow({ limit, periodMs }: ThrottleRule, windowMs: number): number {
  return limit + Math.ceil(windowMs / (periodMs / limit)) - 1;
}
