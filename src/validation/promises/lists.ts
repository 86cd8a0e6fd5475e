import { demoTaskRequested } from '../../demo-task/index.js';
import { fiveTasks, type ExampleTask } from '../experiments/five-tasks.js';
import { NotTestedError, type InngestPromise } from '../checking/promise.js';
import { seconds } from '../report/words.js';
import type { FunctionRun } from '../environment/target-api.js';

/** The name of an event that nobody sends. */
const NO_EVENT = 'validate/never.sent';

export const lists: InngestPromise = {
  id: 'lists',
  title: 'The list of runs can be filtered by event, and sorted by priority and by duration',
  promised:
    'A list filtered by the name of an event contains no other runs; a list sorted by priority or by duration begins with ' +
    'the highest or the longest.',
  expected: 'filtered by the event, both orders correct',
  seconds: 38,
  shares: fiveTasks,
  async run(probe, evidence) {
    const { tasks, sentAt } = await probe.scenario(fiveTasks);
    // A server that supports the parameter refuses this value; another one ignores it.
    if (!(await probe.api.refusesList({ sort: 'validate' }))) {
      throw new NotTestedError('The API of this Inngest does not sort lists. Its dashboard may.');
    }
    const from = sentAt - 1_000;
    const during = { from, until: sentAt + 1_000 + probe.timing.slackMs };
    const places = (listed: readonly FunctionRun[]): number[] =>
      tasks.map(({ run }) => listed.findIndex(({ id }) => id === run.id));
    const ofEvent = places(await probe.api.runs({ ...during, eventName: demoTaskRequested.event }));
    evidence.check({
      what: `the tasks in the list of the event ${demoTaskRequested.event}`,
      expected: String(tasks.length),
      api: ofEvent.filter((place) => place >= 0).length,
      holds: (count) => count === tasks.length,
    });
    evidence.check({
      what: `the runs in the list of the event ${NO_EVENT}`,
      expected: '0',
      api: (await probe.api.newestRuns({ eventName: NO_EVENT })).length,
      holds: (count) => count === 0,
    });
    const order = async (sort: 'priority' | 'duration'): Promise<ExampleTask[]> => {
      const at = places(await probe.api.runs({ ...during, sort }));
      return tasks
        .map((task, i) => ({ task, place: at[i] ?? -1 }))
        .filter(({ place }) => place >= 0)
        .toSorted((a, b) => a.place - b.place)
        .map(({ task }) => task);
    };
    const byPriority = (await order('priority')).map(({ name }) => name);
    const ends = `${byPriority[0]} … ${byPriority.at(-1)}`;
    evidence.check({
      what: 'the first and the last of the tasks, sorted by priority',
      expected: 'has a high priority … has a low priority',
      api: ends,
      holds: (seen) => seen === 'has a high priority … has a low priority',
    });
    const byDuration = (await order('duration')).map(
      ({ run }) => run.endedAt - (run.startedAt ?? run.queuedAt),
    );
    evidence.check({
      what: 'the durations of the tasks, sorted by duration',
      expected: `${tasks.length}, the longest first`,
      api: byDuration,
      show: (list) => list.map(seconds).join(', '),
      holds: (list) =>
        list.length === tasks.length &&
        list.every((ms, i) => i === 0 || ms <= (list[i - 1] as number) + 2 * probe.timing.blurMs),
    });
    evidence.measured = `narrowed to the event; by priority: ${ends}`;
  },
};
