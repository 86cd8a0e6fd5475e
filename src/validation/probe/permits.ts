/** A throttle as it is promised: `limit` runs may start at once, then one per `periodMs / limit`. */
export interface ThrottleRule {
  readonly limit: number;
  readonly periodMs: number;
}

/**
 * What a throttle owes, by the rule it is documented with (GCRA): one permit comes back per interval, and up to
 * `limit` are saved up. It follows the starts it is told of, and says when the next ones are allowed.
 */
export class Permits {
  /** The moment at which all permits would be back. */
  private fullAt = Number.NEGATIVE_INFINITY;
  private readonly intervalMs: number;

  constructor(private readonly rule: ThrottleRule) {
    this.intervalMs = rule.periodMs / rule.limit;
  }

  /** The first moment from `now` on at which `count` permits are there. */
  availableAt(count: number, now: number): number {
    return Math.max(now, this.fullAt - (this.rule.limit - count) * this.intervalMs);
  }

  /** Takes the permit of a run that started at `at`, or before. There are never fewer than none. */
  take(at: number): void {
    const next = Math.max(this.fullAt, at) + this.intervalMs;
    this.fullAt = Math.max(this.fullAt, Math.min(next, at + this.rule.periodMs));
  }
}

/** When runs that are queued at these moments start at the earliest, from a rested throttle. Both earliest first. */
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

/** The most starts that any window of this length can see, half open: a burst, and what comes back in the window. */
export function mostInWindow({ limit, periodMs }: ThrottleRule, windowMs: number): number {
  return limit + Math.ceil(windowMs / (periodMs / limit)) - 1;
}
