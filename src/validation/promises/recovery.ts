import { FAILING_STEP, recoveringRun } from '../experiments/single-runs.js';
import { journalCount, traceCount } from '../probe/run-evidence.js';
import type { InngestPromise } from '../checking/promise.js';
import { attemptsPicture } from '../report/attempts-picture.js';
import { executed } from '../report/words.js';

export const recovery: InngestPromise = {
  id: 'recovery',
  title: 'A run continues when its failing step succeeds',
  promised: 'A step that fails and then succeeds does not change the result: the run continues where it was.',
  expected: 'COMPLETED after two failed attempts',
  seconds: 5,
  shares: recoveringRun,
  async run(probe, evidence) {
    const { run } = await probe.scenario(recoveringRun);
    evidence.lookAt(run);
    evidence.picture(attemptsPicture(run));
    evidence.measured = `${run.status} after ${traceCount(run, FAILING_STEP)} attempts of step 4`;
    evidence.check({
      what: 'the run',
      expected: 'COMPLETED',
      api: run.status,
      holds: (status) => status === 'COMPLETED',
    });
    for (const [step, times] of [
      [FAILING_STEP, 3],
      ['step-5-finalize', 1],
    ] as const) {
      evidence.check({
        what: step,
        expected: executed(times),
        api: traceCount(run, step),
        journal: journalCount(run, step),
        show: executed,
        holds: (count) => count === times,
      });
    }
    const failed = run.steps.find(({ id }) => id === FAILING_STEP)?.attempts.slice(0, -1);
    evidence.check({
      what: `the failed attempts of ${FAILING_STEP}`,
      expected: '2, each with its error',
      api: failed?.filter(({ error }) => error?.name === 'SimulatedFailureError').length,
      show: (count) => `${count}, each with its error`,
      holds: (count) => count === 2,
    });
  },
};
