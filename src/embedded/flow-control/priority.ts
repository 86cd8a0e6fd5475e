import { isoTime } from '../../common/iso-time.js';
import { type Budget, type Expression, type ExpressionVariables, asPriority } from '../expressions/index.js';

/** `priority.run`: an expression whose value is in seconds. */
export interface Priority {
  run: Expression;
}

/** The position of a run in the queue. Both numbers are in milliseconds since 1970. */
export interface QueuePosition {
  /** The lowest score goes first. */
  score: number;
  /** The run starts no earlier than this, even if nothing else waits. */
  earliest: number;
}

/**
 * The priority of a run in seconds: a whole number within ±12 hours. A value that is not an int counts as 0. A number of
 * JSON is a double, so the expression must be `int(event.data.priority)` (measured on Inngest 1.43).
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
 * The position of a run with this priority: that of a run without priority that was queued so many seconds earlier. With a
 * negative priority that time is in the future, which delays the run even on an idle server: with -60, it starts after
 * 60 s (measured on Inngest 1.43).
 */
export function queuePosition(queuedAt: number, seconds: number): QueuePosition {
  const score = queuedAt - seconds * 1_000;
  return { score, earliest: Math.max(queuedAt, score) };
}

export function delayedReason({ earliest }: QueuePosition): string {
  return `delayed by its negative priority until ${isoTime(earliest)}`;
}
