import { isoTime } from '../../common/iso-time.js';
import {
  type Budget,
  type Expression,
  type ExpressionVariables,
  asKey,
  type Key,
} from '../expressions/index.js';
import { formatDuration } from '../../common/duration.js';
import { type GcraDecision, type GcraState, takePermit } from './gcra.js';

/** For how long an `idempotency` key is remembered. Measured on Inngest 1.43. */
export const IDEMPOTENCY_PERIOD_MS = 24 * 60 * 60 * 1_000;

/**
 * At most `limit` runs per `periodMs`; events beyond that are stored and start nothing.
 *
 * `idempotency: X` is `limit` 1 per 24 hours with the key X (measured on Inngest 1.43): one run, then none for exactly
 * the period, whatever became of the run. For a larger limit the server spreads the runs (read in its source): one per
 * `periodMs / limit`, and only a tenth of the limit on top may come at once: 10 per minute is 2 at once, then one
 * every 6 s.
 */
export interface RateLimit {
  limit: number;
  periodMs: number;
  key?: Expression;
  /** The option it was written as: for the words, not for the rule. */
  writtenAs: 'rateLimit' | 'idempotency';
}

export type RateLimitState = GcraState;
export type RateLimitDecision = GcraDecision;

/** Whether an event that arrives `now` may start a run. */
export function rateLimit(
  { limit, periodMs }: RateLimit,
  state: RateLimitState | undefined,
  now: number,
): RateLimitDecision {
  return takePermit({ limit, periodMs, capacity: Math.floor(limit / 10) + 1 }, state, now);
}

/**
 * Under which key an event is counted. `unlimited`: the expression gave `false`, or its field is absent.
 * `error`: it could not be evaluated, and the real server then starts no run.
 */
export function rateLimitKey(
  { key }: RateLimit,
  variables: ExpressionVariables,
  now: number,
  budget?: Budget,
): Key {
  return key ? asKey(key.evaluate(variables, now, budget)) : { kind: 'key', key: '' };
}

/** @param runId the run that used up the key, when known */
export function rateLimitedReason(rule: RateLimit, at: number, runId?: string): string {
  const until = isoTime(at);
  if (rule.writtenAs === 'idempotency') {
    return `duplicate of ${runId ? `run ${runId}` : 'an earlier run'}: the same idempotency key until ${until}`;
  }
  return `rate limited to ${rule.limit} per ${formatDuration(rule.periodMs)} until ${until}`;
}
