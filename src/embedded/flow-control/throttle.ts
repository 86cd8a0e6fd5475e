import { isoTime } from '../../common/iso-time.js';
import { type Budget, type Expression, type ExpressionVariables, asGroup } from '../expressions/index.js';
import { type GcraDecision, type GcraState, permitsLeft, takePermit } from './gcra.js';

/**
 * At most `limit` starts of runs per `periodMs` in the long run; the rest wait. `limit + burst` may start at once
 * after a rest, then one per `periodMs / limit`.
 *
 * Measured on Inngest 1.43: 20 per 60 s starts 20 at once, the 21st after 3 s; 5 per 10 s with `burst: 3` starts 8.
 */
export interface Throttle {
  limit: number;
  periodMs: number;
  burst: number;
  /** Every value of the key has a throttle of its own. */
  key?: Expression;
}

export type ThrottleState = GcraState;
export type ThrottleDecision = GcraDecision;

/** Whether a run may start `now`; when not, the moment to ask again. */
export function throttle(
  { limit, periodMs, burst }: Throttle,
  state: ThrottleState | undefined,
  now: number,
): ThrottleDecision {
  return takePermit({ limit, periodMs, capacity: limit + burst }, state, now);
}

/**
 * Which of the function's throttles a run falls under: one for all without a key. A key that cannot be evaluated, or
 * that leads nowhere, is the group "false", shared by all such events (read in Inngest's source).
 */
export function throttleKey(
  { key }: Throttle,
  variables: ExpressionVariables,
  now: number,
  budget?: Budget,
): string {
  return key ? asGroup(key.evaluate(variables, now, budget)) : '';
}

/** How many runs may start `now`, and when one more may. */
export function throttlePermits(
  { limit, periodMs, burst }: Throttle,
  state: ThrottleState | undefined,
  now: number,
): { permits: number; nextAt?: number } {
  return permitsLeft({ limit, periodMs, capacity: limit + burst }, state, now);
}

/** Under which id the state of a function's throttle is kept. */
export function throttleStateId(functionId: string, key: string): string {
  return `throttle:${functionId}:${key}`;
}

export function throttledReason(at: number): string {
  return `throttled until ${isoTime(at)}`;
}
