import {
  type Budget,
  type Expression,
  type ExpressionVariables,
  asKey,
  type Key,
} from '../expressions/index.js';

/** Allows at most one run at a time for each value of the key. */
export interface Singleton {
  /** What happens if a run is active: the new run is skipped, or the active run is cancelled. */
  mode: 'skip' | 'cancel';
  key?: Expression;
}

export type SingletonDecision =
  { action: 'start' } | { action: 'skip'; runId: string } | { action: 'cancelAndStart'; runId: string };

/** Decides about a new run. @param active the run that holds the singleton, from when it was queued to its end */
export function singleton({ mode }: Singleton, active: string | undefined): SingletonDecision {
  if (active === undefined) return { action: 'start' };
  return { action: mode === 'skip' ? 'skip' : 'cancelAndStart', runId: active };
}

/**
 * The key of an event's singleton. `unlimited` (the expression is `false`, or its field is absent) and `error` both mean
 * that the run starts as if there were no singleton (read in Inngest's source).
 */
export function singletonKey(
  { key }: Singleton,
  variables: ExpressionVariables,
  now: number,
  budget?: Budget,
): Key {
  return key ? asKey(key.evaluate(variables, now, budget)) : { kind: 'key', key: '' };
}

export function singletonSkippedReason(runId: string): string {
  return `skipped: run ${runId} of this singleton is active`;
}

export function singletonCancelledReason(runId: string): string {
  return `cancelled by run ${runId} of the same singleton`;
}
