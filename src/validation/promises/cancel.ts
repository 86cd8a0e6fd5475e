import { DEMO_TASK_STEPS } from '../../demo-task/index.js';
import { cancelledRun } from '../experiments/cancelled-run.js';
import { journalCount, traceCount } from '../probe/run-evidence.js';
import type { InngestPromise } from '../checking/promise.js';
import { executed } from '../report/words.js';

export const cancel: InngestPromise = {
  id: 'cancel',
  title: 'A run can be cancelled while it executes',
  promised:
    'A cancelled run ends immediately as CANCELLED. The executing step finishes, its result is dropped, and no further step runs.',
  expected: 'CANCELLED immediately, no further step',
  seconds: 8,
  shares: cancelledRun,
  async run(probe, evidence) {
    const { isAccepted, soon, run } = await probe.scenario(cancelledRun);
    evidence.lookAt(run);
    evidence.measured = `${run.status}, ${run.steps.length} of ${DEMO_TASK_STEPS.length} steps`;
    evidence.check({
      what: 'the request to cancel',
      expected: 'accepted',
      api: isAccepted ? 'accepted' : 'refused',
      holds: (answer) => answer === 'accepted',
    });
    evidence.check({
      what: 'the run right after that',
      expected: 'CANCELLED',
      api: soon,
      holds: (status) => status === 'CANCELLED',
    });
    for (const step of ['step-4-simulate-api-call', 'step-5-finalize']) {
      evidence.check({
        what: step,
        expected: executed(0),
        api: traceCount(run, step),
        journal: journalCount(run, step),
        show: executed,
        holds: (count) => count === 0,
      });
    }
    evidence.check({
      what: 'the run in the end',
      expected: 'CANCELLED',
      api: run.status,
      holds: (status) => status === 'CANCELLED',
    });
  },
};
