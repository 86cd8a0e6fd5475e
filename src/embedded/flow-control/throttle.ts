import { isoTime } from '../../common/iso-time.js';
import { type Budget, type Expression, type ExpressionVariables, asGroup } from '../expressions/index.js';
import { type GcraDecision, type GcraState, permitsLeft, takePermit } from './gcra.js';

/**
 * Spreads the starts of runs: on average at most `limit` per `periodMs`; the other runs wait. After a pause, `limit +
 * burst` runs may start at the same time, then one per `periodMs / limit`.
 *
 * Measured on Inngest 1.43: 20 per 60 s starts 20 at the same time and the 21st after 3 s; 5 per 10 s with `burst: 3`
 * starts 8.
 */
export interface Throttle {
  limit: number;
  periodMs: number;
  burst: number;
  /** Each value of the key has a separate throttle. */
  key?: Expression;
}

export type ThrottleState = GcraState;
export type ThrottleDecision = GcraDecision;

/** Decides whether a run may start `now`. If not, `at` is the time to try again. */
export function throttle(
  { limit, periodMs, burst }: Throttle,
  state: ThrottleState | undefined,
  now: number,
): ThrottleDecision {
  return takePermit({ limit, periodMs, capacity: limit + burst }, state, now);
}

/**
 * The key of a run's throttle; '' if the rule has no key. If the expression cannot be evaluated or its field is absent, the
 * key is "false", which all such events share (read in Inngest's source).
 */
export function throttleKey(
  { key }: Throttle,
  variables: ExpressionVariables,
  now: number,
  budget?: Budget,
): string {
  return key ? asGroup(key.evaluate(variables, now, budget)) : '';
}

/** The number of runs that may start `now`, and the time at which one more may. */
export function throttlePermits(
  { limit, periodMs, burst }: Throttle,
  state: ThrottleState | undefined,
  now: number,
): { permits: number; nextAt?: number } {
  return permitsLeft({ limit, periodMs, capacity: limit + burst }, state, now);
}

/** The id of the stored state of a function's throttle. */
export function throttleStateId(functionId: string, key: string): string {
  return `throttle:${functionId}:${key}`;
}

export function throttledReason(at: number): string {
  return `throttled until ${isoTime(at)}`;
}
