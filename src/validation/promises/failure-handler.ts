import { DEMO_TASK } from '../../demo-task/index.js';
import { failingRun, fiveTasks } from '../experiments/five-tasks.js';
import type { InngestPromise } from '../checking/promise.js';
import { runs } from '../report/words.js';

/** The id that the SDK gives to a function's failure handler. */
const HANDLER = `${DEMO_TASK}-failure`;

export const failureHandler: InngestPromise = {
  id: 'failure-handler',
  title: 'The failure handler runs when a run has failed',
  promised:
    'When a run has failed after its last attempt, its onFailure handler runs once, with the error and the event.',
  expected: 'one run of the handler, COMPLETED',
  seconds: 38,
  shares: fiveTasks,
  async run(probe, evidence) {
    const run = await failingRun(probe);
    evidence.lookAt(run);
    const seen = new Map<string, { ended: boolean; status: string; isOurs: boolean }>();
    const look = async (): Promise<boolean> => {
      const handlers = await probe.api.runs({
        appId: probe.environment.appId,
        functionId: HANDLER,
        from: run.queuedAt,
      });
      for (const { id, status, endedAt, queuedAt } of handlers) {
        if (queuedAt === undefined || Date.parse(queuedAt) < run.queuedAt) continue;
        const isOurs = seen.get(id)?.isOurs || failedRunOf((await probe.api.trace(id))?.input) === run.id;
        seen.set(id, { ended: endedAt !== undefined, status, isOurs });
      }
      return ofThisRun().some(({ ended }) => ended);
    };
    const ofThisRun = (): { ended: boolean; status: string }[] =>
      [...seen.values()].filter(({ isOurs }) => isOurs);
    await probe.timing.until(look, 10_000, probe.signal);
    evidence.measured = `${runs(ofThisRun().length)} of the handler`;
    evidence.check({
      what: `runs of ${HANDLER} for this run`,
      expected: 'one, COMPLETED',
      api: ofThisRun().map(({ status }) => status),
      show: (statuses) => (statuses.length === 0 ? 'none' : `${statuses.length}: ${statuses.join(', ')}`),
      holds: (statuses) => statuses.join() === 'COMPLETED',
    });
  },
};

/** The failed run that an `inngest/function.failed` event names, from the input of the run that this event started. */
function failedRunOf(input: unknown): unknown {
  const events = (input as { data?: unknown } | undefined)?.data ?? input;
  const [event] = Array.isArray(events) ? (events as unknown[]) : [events];
  return (event as { data?: { run_id?: unknown } } | undefined)?.data?.run_id;
}
