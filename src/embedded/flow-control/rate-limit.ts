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

/** How long an `idempotency` key counts, in milliseconds. Measured on Inngest 1.43. */
export const IDEMPOTENCY_PERIOD_MS = 24 * 60 * 60 * 1_000;

/**
 * Allows at most `limit` runs per `periodMs`. Events beyond that are stored, but start no run.
 *
 * `idempotency: X` is a limit of 1 per 24 hours with the key X (measured on Inngest 1.43): one run, then none for exactly
 * the period, whether the run succeeds or not. A larger limit is spread over the period (read in the server's source): one
 * run per `periodMs / limit`, and in addition a tenth of the limit at the same time. So 10 per minute allows 2 runs at the
 * same time, then one every 6 s.
 */
export interface RateLimit {
  limit: number;
  periodMs: number;
  key?: Expression;
  /** The option that configured it. It changes the reason that people read, not the rule. */
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
 * The key under which an event is counted. `unlimited`: the expression is `false`, or its field is absent. `error`: the
 * expression could not be evaluated; the real server then starts no run.
 */
export function rateLimitKey(
  { key }: RateLimit,
  variables: ExpressionVariables,
  now: number,
  budget?: Budget,
): Key {
  return key ? asKey(key.evaluate(variables, now, budget)) : { kind: 'key', key: '' };
}

/** A sentence for people. @param runId the run that used the key, if it is known */
export function rateLimitedReason(rule: RateLimit, at: number, runId?: string): string {
  const until = isoTime(at);
  if (rule.writtenAs === 'idempotency') {
    return `duplicate of ${runId ? `run ${runId}` : 'an earlier run'}: the same idempotency key until ${until}`;
  }
  return `rate limited to ${rule.limit} per ${formatDuration(rule.periodMs)} until ${until}`;
}
