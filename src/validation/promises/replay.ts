import { DEMO_TASK_STEPS } from '../../demo-task/index.js';
import { plainRun } from '../experiments/single-runs.js';
import { journalCount, traceCount } from '../probe/run-evidence.js';
import type { InngestPromise } from '../checking/promise.js';
import { executed } from '../report/words.js';

export const replay: InngestPromise = {
  id: 'replay',
  title: 'A run can be replayed regardless of idempotency',
  promised: 'A replay is a new run of the same event that executes every step again.',
  expected: 'a new run, COMPLETED, every step once',
  seconds: 4,
  async run(probe, evidence) {
    const { run, taskId } = await probe.scenario(plainRun);
    await probe.rest(1);
    const again = await probe.api.rerun(run.id);
    evidence.check({
      what: 'the request to replay',
      expected: 'gives a new run',
      api: again === undefined ? 'refused' : again === run.id ? 'gives the old run' : 'gives a new run',
      holds: (answer) => answer === 'gives a new run',
    });
    evidence.measured = 'refused';
    if (again === undefined) return;
    const replayed = await probe.runEnded(run.eventId, again);
    evidence.lookAt(run, replayed);
    evidence.measured = `a new run, ${replayed.status}, ${replayed.steps.length} steps`;
    evidence.check({
      what: 'the new run',
      expected: `COMPLETED, of the task ${taskId}`,
      api: `${replayed.status}, of the task ${String((replayed.output as { taskId?: string } | undefined)?.taskId)}`,
      holds: (end) => end === `COMPLETED, of the task ${taskId}`,
    });
    for (const step of DEMO_TASK_STEPS) {
      evidence.check({
        what: `${step} of the new run`,
        expected: executed(1),
        api: traceCount(replayed, step),
        journal: journalCount(replayed, step),
        show: executed,
        holds: (count) => count === 1,
      });
    }
  },
};
