import { isoTime } from '../../common/iso-time.js';
import { type Budget, type Expression, type ExpressionVariables, asPriority } from '../expressions/index.js';

/** `priority.run`: an expression that gives seconds. */
export interface Priority {
  run: Expression;
}

/** Where a run stands in its function's backlog. Both are in milliseconds since 1970. */
export interface QueuePosition {
  /** The smaller goes first. */
  score: number;
  /** It starts no earlier than this, even when nothing else waits. */
  earliest: number;
}

/**
 * The priority of a run in seconds: a whole number within ±12 hours. Whatever is not an integer is 0: a bare JSON
 * number is a double, so it takes `int(event.data.priority)` (measured on Inngest 1.43).
 */
export function prioritySeconds(
  priority: Priority | undefined,
  variables: ExpressionVariables,
  now: number,
  budget?: Budget,
): number {
  return priority ? asPriority(priority.run.evaluate(variables, now, budget)) : 0;
}

/**
 * A run of priority `seconds` stands where one would that was queued that many seconds earlier. A negative priority
 * thereby lies in the future, and delays even on an idle server: -60 starts after 60 s (measured on Inngest 1.43).
 */
export function queuePosition(queuedAt: number, seconds: number): QueuePosition {
  const score = queuedAt - seconds * 1_000;
  return { score, earliest: Math.max(queuedAt, score) };
}

export function delayedReason({ earliest }: QueuePosition): string {
  return `delayed by its negative priority until ${isoTime(earliest)}`;
}
