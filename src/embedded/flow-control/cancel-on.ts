import { type Budget, type Expression, asCondition } from '../expressions/index.js';

/** A rule that cancels runs when an event arrives. */
export interface CancelOn {
  event: string;
  /** A condition on the run's event (`event`) and the event that arrives (`async`). Without it, every event of the name cancels. */
  if?: Expression;
  /** How long after the run was queued, or until which time, the rule applies. Absent: forever. */
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

/** The last time at which the rule applies, in milliseconds since 1970; infinity if it always applies. */
export function cancellableUntil({ until }: CancelOn, queuedAt: number): number {
  if (until === undefined) return Number.POSITIVE_INFINITY;
  return 'at' in until ? until.at : queuedAt + until.afterMs;
}

export function cancelledByEventReason({ event }: CancelOn, eventId: string): string {
  return `cancelled by the event ${event} (${eventId})`;
}
