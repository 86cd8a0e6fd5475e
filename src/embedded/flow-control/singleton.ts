import {
  type Budget,
  type Expression,
  type ExpressionVariables,
  asKey,
  type Key,
} from '../expressions/index.js';

/** At most one run at a time, per value of the key. */
export interface Singleton {
  /** What happens when there is one already: the new one is skipped, or the old one is cancelled. */
  mode: 'skip' | 'cancel';
  key?: Expression;
}

export type SingletonDecision =
  { action: 'start' } | { action: 'skip'; runId: string } | { action: 'cancelAndStart'; runId: string };

/** @param active the run that holds the singleton, from its scheduling to its end */
export function singleton({ mode }: Singleton, active: string | undefined): SingletonDecision {
  if (active === undefined) return { action: 'start' };
  return { action: mode === 'skip' ? 'skip' : 'cancelAndStart', runId: active };
}

/**
 * The singleton that an event belongs to. `unlimited` (the expression gave `false`, or its field is absent) and
 * `error` both mean that the run starts as if there were no singleton (read in Inngest's source).
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
