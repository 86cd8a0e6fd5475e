import { isoTime } from '../../common/iso-time.js';
import { type Budget, type Expression, type ExpressionVariables, asGroup } from '../expressions/index.js';

/** A run starts once no event has come for `periodMs`, at the latest `timeoutMs` after the first; the last event wins. */
export interface Debounce {
  periodMs: number;
  timeoutMs?: number;
  key?: Expression;
}

/** A run that is being put off. Times are in milliseconds since 1970. */
export interface DebounceState {
  /** When the first event came. */
  firstAt: number;
  /** When the run starts unless another event comes. */
  startAt: number;
  /** The `ts` of the event that the run will get. */
  eventTs: number;
}

export interface DebounceDecision {
  state: DebounceState;
  /** Whether the run gets this event. An event older than the one held changes nothing (read in Inngest's source). */
  takesEvent: boolean;
}

/** An event arrives `now`. `state` is undefined when no run is being put off under this key. */
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

/** Without a key one for all; an absent or failing key is a group of its own. */
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
