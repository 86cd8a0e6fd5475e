import { type Budget, type Expression, asCondition } from '../expressions/index.js';

/** An event that cancels the runs it matches. */
export interface CancelOn {
  event: string;
  /** Reads the run's own event as `event` and the one that arrives as `async`; without it every such event cancels. */
  if?: Expression;
  /** For how long after the run was queued, or until which moment; forever when absent. */
  until?: { afterMs: number } | { at: number };
}

/** Whether an event that arrives `now` cancels a run that was queued at `queuedAt`. */
export function cancels(
  rule: CancelOn,
  run: { event: object; queuedAt: number },
  arriving: { name: string },
  now: number,
  budget?: Budget,
): boolean {
  if (arriving.name !== rule.event || now > cancellableUntil(rule, run.queuedAt)) return false;
  return (
    rule.if === undefined || asCondition(rule.if.evaluate({ event: run.event, async: arriving }, now, budget))
  );
}

/** The last moment at which the rule applies, in milliseconds since 1970; infinity when it always does. */
export function cancellableUntil({ until }: CancelOn, queuedAt: number): number {
  if (until === undefined) return Number.POSITIVE_INFINITY;
  return 'at' in until ? until.at : queuedAt + until.afterMs;
}

export function cancelledByEventReason({ event }: CancelOn, eventId: string): string {
  return `cancelled by the event ${event} (${eventId})`;
}
