import { fiveTasks } from '../experiments/five-tasks.js';
import type { InngestPromise } from '../checking/promise.js';
import { seconds } from '../report/words.js';

export const negativePriority: InngestPromise = {
  id: 'negative-priority',
  title: 'A negative priority delays a task even if no other task waits',
  promised: 'A run with priority -p starts at least p seconds after it was queued.',
  expected: 'starts that many seconds later',
  seconds: 8,
  async run(probe, evidence) {
    const delay = probe.timing.isReal ? 5_000 : 60_000;
    await probe.rest(1);
    const sentAt = probe.timing.now();
    const [eventId = ''] = await probe.send({
      taskId: probe.taskId('negative'),
      delayMs: 0,
      priority: -delay / 1_000,
    });
    const run = await probe.ended(eventId, delay + 60_000);
    evidence.lookAt(run);
    evidence.measured = `asked for ${seconds(delay)}, started after ${seconds((run.startedAt ?? 0) - run.queuedAt)}`;
    const start = run.journal?.[0]?.startedAt;
    evidence.check({
      what: `the wait of a task with priority ${-delay / 1_000} on an idle server`,
      expected: `${seconds(delay)} to ${seconds(delay + probe.timing.slackMs)}`,
      api: run.startedAt === undefined ? undefined : run.startedAt - run.queuedAt,
      journal: start === undefined ? undefined : start - sentAt,
      show: seconds,
      agree: (api, journal) => Math.abs(api - journal) <= 2 * probe.timing.blurMs,
      holds: (wait) => wait >= delay - probe.timing.blurMs && wait <= delay + probe.timing.slackMs,
    });
    // Also checks the task with negative priority among the five tasks, if they were sent. It may additionally wait for
    // the throttle, so there is no upper bound.
    const five = await probe.made(fiveTasks);
    const low = five?.tasks.find(({ task }) => typeof task.priority === 'number' && task.priority < 0);
    if (!low) return;
    const least = -Number(low.task.priority) * 1_000;
    evidence.check({
      what: `the wait of the task that ${low.name} (${low.task.priority}), among five`,
      expected: `${seconds(least)} at the least`,
      api: low.run.startedAt === undefined ? undefined : low.run.startedAt - low.run.queuedAt,
      show: seconds,
      holds: (wait) => wait >= least - probe.timing.blurMs,
    });
  },
};
