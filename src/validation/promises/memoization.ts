import { FAILING_STEP, recoveringRun, STEPS_BEFORE } from '../experiments/single-runs.js';
import { journalCount, traceCount } from '../probe/run-evidence.js';
import type { InngestPromise } from '../checking/promise.js';
import { executed } from '../report/words.js';

export const memoization: InngestPromise = {
  id: 'memoization',
  title: 'A step that has succeeded is not executed again',
  promised: 'The results of completed steps are stored, however often a later step is tried.',
  expected: 'steps 1 to 3 executed once',
  seconds: 5,
  shares: recoveringRun,
  async run(probe, evidence) {
    const { run } = await probe.scenario(recoveringRun);
    evidence.lookAt(run);
    const counts = STEPS_BEFORE.map((step) => Math.max(traceCount(run, step), journalCount(run, step) ?? 0));
    evidence.measured = `executed ${counts.join(', ')} times, with ${traceCount(run, FAILING_STEP)} attempts of step 4`;
    for (const step of STEPS_BEFORE) {
      evidence.check({
        what: `${step}, over all attempts of ${FAILING_STEP}`,
        expected: executed(1),
        api: traceCount(run, step),
        journal: journalCount(run, step),
        show: executed,
        holds: (count) => count === 1,
      });
    }
  },
};
