import type { Run } from '../inngest-api.js';
import type { Evidence } from './evidence.js';
import { rateLimit, singleton, throttle } from './flow-control.js';
import { runsPerKey, ticks } from './once.js';
import { repeatedByData, repeatedByOrder } from './repeated.js';

/** Everything that should not be, by what it breaks; a sentence each. */
export interface Findings {
  /** Events that were acknowledged and are not there, or led to nothing that is explained. */
  lost: string[];
  /** Runs that have not ended, or not well. */
  stuck: string[];
  /** Completed steps that were executed again. */
  repeated: string[];
  /** What should have happened once, or so many times, and did not. */
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

/** How a run should end: all are to complete, but those that take too long. */
function endOf({ function: fn }: Run): Run['status'] {
  return fn.id === 'overdue' ? 'CANCELLED' : 'COMPLETED';
}
