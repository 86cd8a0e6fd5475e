import { DEMO_TASK_STEPS, type DemoTaskStep } from '../../demo-task/index.js';
import type { Evidence } from '../checking/evidence.js';
import { cancelledRun } from '../experiments/cancelled-run.js';
import { fiveTasks, type ExampleTask, type FiveTasks } from '../experiments/five-tasks.js';
import type { Probe } from '../probe/probe.js';
import { DEMO_TASK_ATTEMPTS } from '../probe/promised-limits.js';
import { attemptsOf, type RunEvidence } from '../probe/run-evidence.js';
import { NotTestedError, type InngestPromise } from '../checking/promise.js';

export const history: InngestPromise = {
  id: 'history',
  title: 'Every run can be found and inspected afterwards',
  promised:
    'A run can be found by its status, its event and its time, with its input and output, and with the times, outputs and ' +
    'errors of its steps and of each of their attempts.',
  expected: 'found, with times, input, outputs, errors',
  seconds: 38,
  shares: fiveTasks,
  async run(probe, evidence) {
    const five = await probe.scenario(fiveTasks);
    const cancelled = await probe.scenario(cancelledRun);
    for (const task of five.tasks) {
      evidence.lookAt(task.run);
      evidence.note(`The task that ${task.name} is run ${task.run.id}.`);
    }
    evidence.note(
      'The steps of the demo task are given nothing of their own, so the input that was looked for is that of the run. ' +
        'How long runs are kept was not tried.',
    );
    await inLists(probe, evidence, five);
    for (const task of five.tasks) inside(evidence, task);
    durations(probe, evidence, five);
    if (cancelled.run.status === 'CANCELLED') await inListOf('CANCELLED', probe, evidence, [cancelled]);
    const answered = evidence.checks.filter(({ result }) => result === 'holds').length;
    evidence.measured = `${answered} of ${evidence.checks.length} questions answered`;
    if (cancelled.run.status === 'CANCELLED') return;
    throw new NotTestedError(
      'No run could be cancelled (see cancel), so none could be looked for by that status.',
    );
  },
};

async function inLists(probe: Probe, evidence: Evidence, { tasks, sentAt }: FiveTasks): Promise<void> {
  for (const status of ['COMPLETED', 'FAILED'] as const) {
    await inListOf(
      status,
      probe,
      evidence,
      tasks.filter((task) => task.status === status),
    );
  }
  // One second more on each side, because the clocks of two machines differ.
  const [begin, end] = [sentAt - 1_000, sentAt + 1_000];
  const during = await probe.api.runs({ from: begin, until: end + probe.timing.slackMs });
  // The list is newest first, so a run that must not be in it would be on the first page.
  const before = await probe.api.newestRuns({ until: begin });
  for (const { name, run } of tasks) {
    yes(evidence, `the list of the time when it was sent has the one that ${name}`, has(during, run));
    yes(evidence, `the list of the time before does not have the one that ${name}`, !has(before, run));
    yes(
      evidence,
      `the event's list of runs has the one that ${name}`,
      has(await probe.runsOf(run.eventId), run),
    );
  }
}

async function inListOf(
  status: 'COMPLETED' | 'FAILED' | 'CANCELLED',
  probe: Probe,
  evidence: Evidence,
  wanted: readonly { readonly name?: string; readonly run: RunEvidence }[],
): Promise<void> {
  const from = Math.min(...wanted.map(({ run }) => run.queuedAt)) - 1_000;
  const listed = await probe.api.runs({ status, from }, (runs) => wanted.every(({ run }) => has(runs, run)));
  for (const { name = 'was cancelled', run } of wanted) {
    yes(evidence, `the list of ${status} runs has the one that ${name}`, has(listed, run));
  }
  const times = listed.map(({ queuedAt }) => Date.parse(queuedAt ?? ''));
  const isSorted = times.every(
    (time, i) => i === 0 || time <= (times[i - 1] as number) + probe.timing.blurMs,
  );
  yes(evidence, `the list of ${status} runs has the newest first`, isSorted);
  const others = listed.filter((run) => run.endedAt !== undefined && run.status !== status);
  yes(evidence, `the list of ${status} runs has no others`, others.length === 0);
}

function has(list: readonly { readonly id: string }[], { id }: RunEvidence): boolean {
  return list.some((run) => run.id === id);
}

function inside(evidence: Evidence, { name, taskId, failsAt, run }: ExampleTask): void {
  const expected = failsAt ? DEMO_TASK_STEPS.slice(0, DEMO_TASK_STEPS.indexOf(failsAt)) : DEMO_TASK_STEPS;
  const who = `the run that ${name}`;
  const input = JSON.stringify(run.input ?? null);
  yes(evidence, `${who} shows its input`, input.includes(taskId));
  const shown = (id: DemoTaskStep): boolean => {
    const step = run.steps.find((candidate) => candidate.id === id);
    return attemptsOf(run, id).length === 1 && step?.output !== undefined && step.output !== null;
  };
  evidence.check({
    what: `${who}: steps with times and output`,
    expected: expected.join(', '),
    api: expected.filter(shown).join(', '),
    holds: (steps) => steps === expected.join(', '),
  });
  if (!failsAt) {
    yes(evidence, `${who} shows its output`, JSON.stringify(run.output ?? null).includes(taskId));
    return;
  }
  const attempts = run.steps.find(({ id }) => id === failsAt)?.attempts ?? [];
  const named = attempts.filter(
    ({ error, startedAt, endedAt }) =>
      error?.name === 'SimulatedFailureError' && error.message.startsWith(failsAt) && startedAt && endedAt,
  );
  evidence.check({
    what: `${who}: attempts of ${failsAt} with times and error`,
    expected: `${DEMO_TASK_ATTEMPTS} of ${DEMO_TASK_ATTEMPTS}`,
    api: `${named.length} of ${attempts.length}`,
    holds: (count) => count === `${DEMO_TASK_ATTEMPTS} of ${DEMO_TASK_ATTEMPTS}`,
  });
  const { name: error, stack } = (run.output ?? {}) as { name?: unknown; stack?: unknown };
  yes(
    evidence,
    `${who} shows its error, with a stack`,
    error === 'SimulatedFailureError' && typeof stack === 'string',
  );
}

/** Checks the duration of the step that waits, because its expected duration is known. */
function durations(probe: Probe, evidence: Evidence, { tasks }: FiveTasks): void {
  const [{ run }] = tasks as [ExampleTask];
  const [delay] = attemptsOf(run, 'step-3-simulate-delay');
  const inJournal = run.journal?.find(({ stepId }) => stepId === 'step-3-simulate-delay');
  evidence.check({
    what: 'the duration of step 3 where it waits 0.5 s',
    expected: 'about 500 ms',
    api: delay && delay.endedAt - delay.startedAt,
    journal: inJournal?.endedAt === undefined ? undefined : inJournal.endedAt - inJournal.startedAt,
    show: (ms) => `${ms} ms`,
    agree: (a, b) => Math.abs(a - b) <= 2 * probe.timing.blurMs,
    holds: (ms) => ms >= 490 && ms <= 500 + probe.timing.slackMs,
  });
}

function yes(evidence: Evidence, what: string, answer: boolean): void {
  evidence.check({
    what,
    expected: 'yes',
    api: answer,
    show: (is) => (is ? 'yes' : 'no'),
    holds: (is) => is,
  });
}
