import type { Evaluation } from './expression.js';
import { storableKey } from '../protocol/storable-text.js';
import { goText } from './go-text.js';
import type { CelValue } from './values.js';

/** The largest priority: ±12 hours. Measured on Inngest 1.43. */
const MAX_PRIORITY_SECONDS = 12 * 60 * 60;

/** The key under which a rule counts an event. */
export type Key =
  | { kind: 'key'; key: string }
  /** The rule does not count the event, because the expression is `false` or its path does not exist. */
  | { kind: 'unlimited' }
  | { kind: 'error'; error: string };

/** Whether a condition (of a trigger, a wait, a `cancelOn`, a batch) holds: only if its value is exactly `true`. */
export function asCondition(evaluation: Evaluation): boolean {
  return evaluation.ok && evaluation.value === true;
}

/**
 * The key of `idempotency`, `rateLimit` and `singleton`. null and "" are ordinary keys, and 5 and "5" are the same key
 * (measured on Inngest 1.43).
 */
export function asKey(evaluation: Evaluation): Key {
  if (!evaluation.ok) return { kind: 'error', error: evaluation.error };
  return evaluation.value === false ? { kind: 'unlimited' } : { kind: 'key', key: keyText(evaluation.value) };
}

/**
 * The key of `throttle`, `concurrency`, `debounce` and `batchEvents`. These rules apply to every event: if the path does
 * not exist or the expression cannot be evaluated, the key is "false" (read in Inngest's source).
 */
export function asGroup(evaluation: Evaluation): string {
  return keyText(evaluation.ok && evaluation.value);
}

/** The text of a key, in a form that the store can hold. */
function keyText(value: CelValue): string {
  return storableKey(goText(value));
}

/** A priority in seconds, within ±12 hours. Only an int counts; everything else, a double too, is 0 (measured on Inngest 1.43). */
export function asPriority(evaluation: Evaluation): number {
  if (!evaluation.ok || typeof evaluation.value !== 'bigint') return 0;
  return Math.max(-MAX_PRIORITY_SECONDS, Math.min(MAX_PRIORITY_SECONDS, Number(evaluation.value)));
}
