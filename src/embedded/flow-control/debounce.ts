import { isoTime } from '../../common/iso-time.js';
import { type Budget, type Expression, type ExpressionVariables, asGroup } from '../expressions/index.js';

/**
 * Starts a run with the last event when no event has come for `periodMs` milliseconds, at the latest `timeoutMs`
 * milliseconds after the first.
 */
export interface Debounce {
  periodMs: number;
  timeoutMs?: number;
  key?: Expression;
}

/** A run that a debounce delays. Times are in milliseconds since 1970. */
export interface DebounceState {
  /** When the first event came. */
  firstAt: number;
  /** When the run starts if no other event comes. */
  startAt: number;
  /** The `ts` of the event that the run will get. */
  eventTs: number;
}

export interface DebounceDecision {
  state: DebounceState;
  /** Whether the run gets this event. An event older than the held one changes nothing (read in Inngest's source). */
  takesEvent: boolean;
}

/** Applies the rule to an event that arrives `now`. `state` is undefined if the rule delays no run for this key. */
export function debounce(
  { periodMs, timeoutMs }: Debounce,
  state: DebounceState | undefined,
  eventTs: number,
  now: number,
): DebounceDecision {
  if (state && eventTs < state.eventTs) return { state, takesEvent: false };
  const firstAt = state?.firstAt ?? now;
  const latest = timeoutMs === undefined ? Number.POSITIVE_INFINITY : firstAt + timeoutMs;
  const startAt = Math.max(now, Math.min(now + periodMs, latest));
  return { state: { firstAt, startAt, eventTs }, takesEvent: true };
}

/** The key of an event: '' without a key expression; "false" if the expression has no value. */
export function debounceKey(
  { key }: Debounce,
  variables: ExpressionVariables,
  now: number,
  budget?: Budget,
): string {
  return key ? asGroup(key.evaluate(variables, now, budget)) : '';
}

export function debouncedReason({ startAt }: DebounceState): string {
  return `debounced until ${isoTime(startAt)}`;
}
