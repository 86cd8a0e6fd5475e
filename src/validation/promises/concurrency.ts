import { floodSeconds, flood } from '../experiments/flood.js';
import { busiest, changesOf } from '../probe/overlap.js';
import { DEMO_TASK_CONCURRENCY } from '../probe/promised-limits.js';
import { attemptsOf } from '../probe/run-evidence.js';
import type { InngestPromise } from '../checking/promise.js';

export const concurrency: InngestPromise = {
  id: 'concurrency',
  title: `At most ${DEMO_TASK_CONCURRENCY} tasks execute at the same time`,
  promised:
    'Inngest never makes more calls at the same time than the limit allows, and exactly as many if enough calls wait. ' +
    'A run that sleeps or waits for its retry does not count.',
  expected: `${DEMO_TASK_CONCURRENCY} at once while more wait, never more`,
  seconds: floodSeconds,
  shares: flood,
  async run(probe, evidence) {
    const { burst, backlog } = await probe.scenario(flood);
    const runs = [...burst, ...backlog];
    const spans = runs.flatMap((run) => run.steps.flatMap(({ id }) => attemptsOf(run, id)));
    const inJournal = probe.journal && runs.flatMap(({ journal }) => journal ?? []);
    evidence.lookAt(...burst.slice(0, DEMO_TASK_CONCURRENCY + 1));
    evidence.picture({ kind: 'executing', limit: DEMO_TASK_CONCURRENCY, changes: changesOf(spans) });
    evidence.measured = `${busiest(spans)} at once, of ${runs.length} tasks`;
    evidence.check({
      what: `the most steps that executed at the same time, with ${burst.length} tasks waiting`,
      expected: `${DEMO_TASK_CONCURRENCY}`,
      api: spans.length === 0 ? undefined : busiest(spans),
      journal: inJournal && busiest(inJournal),
      holds: (most) => most === DEMO_TASK_CONCURRENCY,
    });
  },
};
