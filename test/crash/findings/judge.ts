import type { Run } from '../inngest-api.js';
import type { Evidence } from './evidence.js';
import { rateLimit, singleton, throttle } from './flow-control.js';
import { runsPerKey, ticks } from './once.js';
import { repeatedByData, repeatedByOrder } from './repeated.js';

/** Everything that went wrong, by the promise that it breaks; one sentence each. */
export interface Findings {
  /** Events that were acknowledged and no longer exist, or that have neither a run nor a reason for having none. */
  lost: string[];
  /** Runs that have not ended, or ended with an unexpected status. */
  stuck: string[];
  /** Completed steps that were executed again. */
  repeated: string[];
  /** What happened more or less often than expected, or faster than a limit allows. */
  notOnce: string[];
}

export function judge(evidence: Evidence): Findings {
  return {
    lost: lost(evidence),
    stuck: stuck(evidence),
    repeated: [...repeatedByData(evidence), ...repeatedByOrder(evidence)],
    notOnce: [runsPerKey, ticks, throttle, rateLimit, singleton].flatMap((find) => find(evidence)),
  };
}

function lost({ sent, events }: Evidence): string[] {
  const known = new Map(events.map((event) => [event.id, event]));
  return sent.flatMap(({ fn, key, eventId }) => {
    if (eventId === undefined) return [`${key} was never acknowledged`];
    const event = known.get(eventId);
    if (!event) return [`${key} was acknowledged as ${eventId}, which is not there`];
    const outcome = event.outcomes[0];
    const isExplained = outcome?.run !== undefined || outcome?.reason !== undefined;
    return isExplained ? [] : [`${key} (${fn}) led to no run, and nothing says why`];
  });
}

function stuck({ runs }: Evidence): string[] {
  return runs
    .filter((run) => run.status !== endOf(run))
    .map(
      (run) =>
        `run ${run.id} of ${run.function.id} is ${run.status} (${run.waiting?.reason ?? JSON.stringify(run.output)})`,
    );
}

/** The status with which a run should end. Runs of `overdue` exceed their timeout; all others must complete. */
function endOf({ function: fn }: Run): Run['status'] {
  return fn.id === 'overdue' ? 'CANCELLED' : 'COMPLETED';
}
