import { DEMO_TASK_STEPS, type DemoTaskOutput } from '../../demo-task/index.js';
import { plainRun } from '../experiments/single-runs.js';
import { attemptsOf } from '../probe/run-evidence.js';
import type { InngestPromise } from '../checking/promise.js';
import { attemptsPicture } from '../report/attempts-picture.js';

export const stepsInOrder: InngestPromise = {
  id: 'steps',
  title: 'The five steps run in order',
  promised:
    'A function runs its steps one after another, each once, and the run ends with the result of the function.',
  expected: 'COMPLETED, 5 steps in order, once each',
  seconds: 2,
  shares: plainRun,
  async run(probe, evidence) {
    const { run, taskId } = await probe.scenario(plainRun);
    evidence.lookAt(run);
    evidence.picture(attemptsPicture(run));
    evidence.measured = `${run.status}, ${run.steps.filter(({ id }) => isStep(id)).length} steps`;
    evidence.check({
      what: 'the run',
      expected: 'COMPLETED',
      api: run.status,
      holds: (status) => status === 'COMPLETED',
    });
    evidence.check({
      what: 'the steps',
      expected: DEMO_TASK_STEPS.join(', '),
      api: run.steps.filter(({ id }) => isStep(id)).map(({ id }) => id),
      journal: run.journal?.map(({ stepId }) => stepId),
      show: (steps) => steps.join(', '),
      holds: (steps) => steps.join() === DEMO_TASK_STEPS.join(),
    });
    const times = DEMO_TASK_STEPS.flatMap((id) => attemptsOf(run, id));
    evidence.check({
      what: 'each step begins after the one before has ended',
      expected: 'always',
      api: times.length < DEMO_TASK_STEPS.length ? undefined : follows(times, probe.timing.blurMs),
      journal: run.journal && follows(run.journal, 0),
      holds: (answer) => answer === 'always',
    });
    evidence.check({
      what: 'the output',
      expected: `of the task ${taskId}`,
      api: (run.output as Partial<DemoTaskOutput> | undefined)?.taskId,
      show: (id) => `of the task ${id}`,
      holds: (id) => id === taskId,
    });
  },
};

function isStep(id: string): boolean {
  return (DEMO_TASK_STEPS as readonly string[]).includes(id);
}

/**
 * Says whether the steps follow each other. For some steps the API reports the time of the call, so they may overlap
 * slightly.
 */
function follows(
  times: readonly { readonly startedAt: number; readonly endedAt?: number }[],
  toleranceMs: number,
): string {
  const all = times.slice(1).every(({ startedAt }, i) => {
    const end = times[i]?.endedAt;
    return end !== undefined && startedAt >= end - toleranceMs;
  });
  return all ? 'always' : 'not always';
}
