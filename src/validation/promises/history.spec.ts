import { DEMO_TASK_STEPS } from '../../demo-task/index.js';
import { Evidence } from '../checking/evidence.js';
import { cancelledRun } from '../experiments/cancelled-run.js';
import { fiveTasks, type ExampleTask } from '../experiments/five-tasks.js';
import type { Probe } from '../probe/probe.js';
import type { RunEvidence } from '../probe/run-evidence.js';
import type { RunFilter } from '../environment/target-api.js';
import { history } from './history.js';

const START = 1_900_000_000_000;
const iso = (ms: number): string => new Date(START + ms).toISOString();

const FAILS_AT = 'step-2-process';

function run(id: string, status: string, attempts = 0): RunEvidence {
  const times = { startedAt: iso(0), endedAt: iso(500) };
  const error = { name: 'SimulatedFailureError', message: `${FAILS_AT} failed`, stack: 'at …' };
  const good = (step: string): RunEvidence['steps'][number] => ({
    id: step,
    status: 'COMPLETED',
    output: {},
    attempts: [{ attempt: 0, status: 'COMPLETED', ...times }],
  });
  const bad: RunEvidence['steps'][number] = {
    id: FAILS_AT,
    status: 'FAILED',
    attempts: Array.from({ length: attempts }, (_, attempt) => ({
      attempt,
      status: 'FAILED',
      error,
      ...times,
    })),
  };
  return {
    id,
    eventId: `event of ${id}`,
    status,
    queuedAt: START,
    startedAt: START,
    endedAt: START + 500,
    input: { taskId: id },
    output: attempts > 0 ? error : { taskId: id },
    steps: attempts > 0 ? [good('step-1-initialize'), bad] : DEMO_TASK_STEPS.map(good),
  };
}

/** A probe that has seen every case: a task that succeeds, one that fails after this many attempts, and a cancelled one. */
function labWith({ attempts, cancelled }: { attempts: number; cancelled: string }): Probe {
  const tasks: ExampleTask[] = [
    { name: 'succeeds', taskId: 'good', task: {}, status: 'COMPLETED', run: run('good', 'COMPLETED') },
    {
      name: 'fails',
      taskId: 'bad',
      task: {},
      status: 'FAILED',
      failsAt: FAILS_AT,
      run: run('bad', 'FAILED', attempts),
    },
  ];
  const stopped = { isAccepted: true, soon: cancelled, run: run('stopped', cancelled) };
  const listed = [...tasks.map((task) => task.run), stopped.run].map(({ id, status }) => ({
    id,
    status,
    queuedAt: iso(0),
    endedAt: iso(500),
  }));
  const scenarios = new Map<unknown, unknown>([
    [fiveTasks, { tasks, sentAt: START }],
    [cancelledRun, stopped],
  ]);
  const find = ({ status }: RunFilter): Promise<unknown> =>
    Promise.resolve(listed.filter((one) => status === undefined || one.status === status));
  const probe = {
    scenario: (experiment: unknown) => Promise.resolve(scenarios.get(experiment)),
    api: { runs: find, newestRuns: () => Promise.resolve([]) },
    runsOf: () => Promise.resolve(listed),
    timing: { slackMs: 5, blurMs: 2 },
  };
  return probe as unknown as Probe;
}

async function broken(probe: Probe): Promise<string[]> {
  const evidence = new Evidence();
  await history.run(probe, evidence);
  return evidence.checks.filter(({ result }) => result !== 'holds').map(({ what }) => what);
}

describe('Looking for runs afterwards', () => {
  it('wants all that was promised of each', async () => {
    expect(await broken(labWith({ attempts: 6, cancelled: 'CANCELLED' }))).toEqual([]);
  });

  it('is not content with fewer attempts than there were to be', async () => {
    expect(await broken(labWith({ attempts: 5, cancelled: 'CANCELLED' }))).toEqual([
      'the run that fails: attempts of step-2-process with times and error',
    ]);
  });

  it('has not been tried where there was no cancelled run to look for', async () => {
    await expect(broken(labWith({ attempts: 6, cancelled: 'COMPLETED' }))).rejects.toThrow(
      'No run could be cancelled (see cancel)',
    );
  });
});
