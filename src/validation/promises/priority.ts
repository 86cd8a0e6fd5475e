import { floodSeconds, flood, type FloodRun } from '../experiments/flood.js';
import { NotTestedError, type InngestPromise } from '../checking/promise.js';

export const priority: InngestPromise = {
  id: 'priority',
  title: 'Of the waiting tasks, those with a higher priority start first',
  promised:
    'A run with priority p waits as if it had been queued p seconds earlier. Absent and null are 0; the order of runs with ' +
    'equal positions is not defined.',
  expected: 'started from the highest to the lowest',
  seconds: floodSeconds,
  shares: flood,
  async run(probe, evidence) {
    const { backlog } = await probe.scenario(flood);
    const started = backlog
      .filter(({ startedAt }) => startedAt !== undefined)
      .toSorted((a, b) => startOf(a) - startOf(b));
    const pairs = comparable(started);
    if (pairs.length === 0) throw new NotTestedError('Nothing had to wait, so there was no order to keep.');
    evidence.lookAt(...started);
    const byJournal = (run: FloodRun): number | undefined => run.journal?.[0]?.startedAt;
    evidence.check({
      what: `pairs of waiting tasks, of ${pairs.length}, in which the lower priority started first`,
      expected: 'none',
      api: pairs.filter(([high, low]) => startOf(high) > startOf(low)).length,
      journal:
        probe.journal && pairs.filter(([high, low]) => (byJournal(high) ?? 0) > (byJournal(low) ?? 0)).length,
      show: (count) => (count === 0 ? 'none' : String(count)),
      holds: (count) => count === 0,
    });
    const order = started.map((run) => run.priority);
    evidence.measured = `started ${[...new Set(order)].join(', ')}`;
    evidence.note(`Started in this order: ${order.join(', ')}.`);
  },
};

function startOf({ startedAt }: FloodRun): number {
  return startedAt ?? Number.POSITIVE_INFINITY;
}

/** All pairs of runs with different priorities that waited at the same time; the higher priority comes first. */
function comparable(runs: readonly FloodRun[]): [FloodRun, FloodRun][] {
  return runs.flatMap((high) =>
    runs
      .filter((low) => high.priority > low.priority)
      .filter((low) => high.queuedAt < startOf(low) && low.queuedAt < startOf(high))
      .map((low): [FloodRun, FloodRun] => [high, low]),
  );
}
