import type { Evaluation } from './expression.js';
import { storableKey } from '../protocol/storable-text.js';
import { goText } from './go-text.js';
import type { CelValue } from './values.js';

/** Priorities end at ±12 hours. Measured on Inngest 1.43. */
const MOST_PRIORITY_SECONDS = 12 * 60 * 60;

/** Under what something is counted. */
export type Key =
  | { kind: 'key'; key: string }
  /** Not counted at all: the expression gave `false`, or its path leads nowhere. */
  | { kind: 'unlimited' }
  | { kind: 'error'; error: string };

/** A condition (of a trigger, a wait, a `cancelOn`, a batch) holds only when it is exactly true. */
export function asCondition(evaluation: Evaluation): boolean {
  return evaluation.ok && evaluation.value === true;
}

/**
 * The key of `idempotency`, `rateLimit` and `singleton`. null and "" are keys like any other, and 5 and "5" are the
 * same one (measured on Inngest 1.43).
 */
export function asKey(evaluation: Evaluation): Key {
  if (!evaluation.ok) return { kind: 'error', error: evaluation.error };
  return evaluation.value === false ? { kind: 'unlimited' } : { kind: 'key', key: keyText(evaluation.value) };
}

/**
 * The key of `throttle`, `concurrency`, `debounce` and `batchEvents`, which nothing escapes: where the path leads
 * nowhere, or the expression cannot be evaluated, it is "false" (read in Inngest's source).
 */
export function asGroup(evaluation: Evaluation): string {
  return keyText(evaluation.ok && evaluation.value);
}

/** The store keeps keys as they are. */
function keyText(value: CelValue): string {
  return storableKey(goText(value));
}

/** Seconds of priority: an int, within ±12 hours. Everything else, a double too, is 0 (measured on Inngest 1.43). */
export function asPriority(evaluation: Evaluation): number {
  if (!evaluation.ok || typeof evaluation.value !== 'bigint') return 0;
  return Math.max(-MOST_PRIORITY_SECONDS, Math.min(MOST_PRIORITY_SECONDS, Number(evaluation.value)));
}
