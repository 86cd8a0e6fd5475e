import { DEMO_TASK_STEPS } from '../../demo-task/index.js';
import type { Evidence } from '../evidence.js';
import { badRun, FAILING_STEP, plainRun, recoveringRun, type SingleRun } from '../experiments/single-runs.js';
import type { Lab } from '../lab/lab.js';
import { attemptsOf } from '../lab/run-evidence.js';
import type { InngestPromise } from '../promise.js';

export const history: InngestPromise = {
  id: 'history',
  title: 'Every run can be found and looked into afterwards',
  promised:
    'A run is found by its status, its event and its time, with the times, the input, the output and the errors of its steps.',
  expected: 'found, with times, input, outputs, errors',
  seconds: 8,
  async run(lab, evidence) {
    const succeeded = await lab.scenario(plainRun);
    const recovered = await lab.scenario(recoveringRun);
    const failed = await lab.scenario(badRun);
    evidence.lookAt(succeeded.run, recovered.run, failed.run);
    await byStatus(lab, evidence, succeeded, 'COMPLETED');
    await byStatus(lab, evidence, failed, 'FAILED');
    for (const { run, taskId } of [succeeded, recovered, failed]) {
      evidence.check({
        what: `the runs of the event of ${taskId}`,
        expected: 'has the run among them',
        api: (await lab.runsOf(run.eventId)).some(({ id }) => id === run.id),
        show: (found) => (found ? 'has the run among them' : 'does not have it'),
        holds: (found) => found,
      });
    }
    inside(lab, evidence, succeeded);
    errors(evidence, recovered, failed);
    const found = evidence.checks.filter(({ result }) => result === 'holds').length;
    evidence.measured = `${found} of ${evidence.checks.length} questions answered`;
  },
};

async function byStatus(
  lab: Lab,
  evidence: Evidence,
  { run, sentAt }: SingleRun,
  status: 'COMPLETED' | 'FAILED',
): Promise<void> {
  const listed = await lab.api.newestRuns({ status });
  const found = listed.find(({ id }) => id === run.id);
  evidence.check({
    what: `the list of ${status} runs`,
    expected: 'has the run',
    api: found === undefined ? 'does not have it' : 'has the run',
    holds: (answer) => answer === 'has the run',
  });
  const at = found?.queuedAt === undefined ? undefined : Date.parse(found.queuedAt);
  evidence.check({
    what: 'the time at which the list has it',
    expected: 'between sending and the end',
    api:
      at === undefined
        ? undefined
        : at >= sentAt - lab.pace.slackMs && at <= run.endedAt
          ? 'between sending and the end'
          : new Date(at).toISOString(),
    holds: (answer) => answer === 'between sending and the end',
  });
  evidence.check({
    what: `the order of the list of ${status} runs`,
    expected: 'newest first',
    api: isNewestFirst(listed.map(({ queuedAt }) => Date.parse(queuedAt ?? ''))) ? 'newest first' : 'another',
    holds: (answer) => answer === 'newest first',
  });
}

function inside(lab: Lab, evidence: Evidence, { run, taskId }: SingleRun): void {
  const timed = DEMO_TASK_STEPS.filter((step) => attemptsOf(run, step).length > 0);
  const complete = (steps: readonly string[]): string => `${steps.length} of ${DEMO_TASK_STEPS.length} steps`;
  const all = complete(DEMO_TASK_STEPS);
  evidence.check({
    what: 'start and end are told of',
    expected: all,
    api: complete(timed),
    holds: (count) => count === all,
  });
  const [delay] = attemptsOf(run, 'step-3-simulate-delay');
  const inJournal = run.journal?.find(({ stepId }) => stepId === 'step-3-simulate-delay');
  evidence.check({
    what: 'the duration of step 3, which waits 0.5 s',
    expected: 'about 500 ms',
    api: delay && delay.endedAt - delay.startedAt,
    journal: inJournal?.endedAt === undefined ? undefined : inJournal.endedAt - inJournal.startedAt,
    show: (ms) => `${ms} ms`,
    agree: (a, b) => Math.abs(a - b) <= 2 * lab.pace.blurMs,
    holds: (ms) => ms >= 490 && ms <= 500 + lab.pace.slackMs,
  });
  evidence.check({
    what: 'outputs are told of',
    expected: all,
    api: complete(
      DEMO_TASK_STEPS.filter((id) => hasOutput(run.steps.find((step) => step.id === id)?.output)),
    ),
    holds: (count) => count === all,
  });
  evidence.check({
    what: "the run's input",
    expected: `has the task id ${taskId}`,
    api: JSON.stringify(run.input ?? null),
    show: (input) => (input.includes(taskId) ? `has the task id ${taskId}` : input.slice(0, 200)),
    holds: (input) => input.includes(taskId),
  });
}

function errors(evidence: Evidence, recovered: SingleRun, failed: SingleRun): void {
  const attempts = recovered.run.steps.find(({ id }) => id === FAILING_STEP)?.attempts ?? [];
  const error = attempts.find((attempt) => attempt.error)?.error;
  evidence.check({
    what: `the error of a failed attempt of ${FAILING_STEP}`,
    expected: 'its name and its message',
    api: error === undefined ? 'nothing' : `${error.name}: ${error.message}`,
    holds: (text) => text.startsWith(`SimulatedFailureError: ${FAILING_STEP}`),
  });
  evidence.check({
    what: 'the error of the failed run',
    expected: 'is its output',
    api: hasOutput(failed.run.output) ? 'is its output' : 'is missing',
    holds: (answer) => answer === 'is its output',
  });
}

function hasOutput(output: unknown): boolean {
  return output !== undefined && output !== null;
}

function isNewestFirst(times: readonly number[]): boolean {
  return times.every((time, i) => i === 0 || time <= (times[i - 1] as number));
}
