import type { DemoTaskStep } from '../../demo-task/index.js';
import type { Probe, Task } from '../probe/probe.js';
import type { RunEvidence } from '../probe/run-evidence.js';
import { FAILING_STEP } from './single-runs.js';

/** One of the five tasks and its result. */
export interface ExampleTask {
  /** A description of how the task differs from the others. */
  readonly name: string;
  readonly taskId: string;
  /** The task's data, without its id. */
  readonly task: Task;
  readonly status: 'COMPLETED' | 'FAILED';
  /** The step that fails finally, if one does. */
  readonly failsAt?: DemoTaskStep;
  readonly run: RunEvidence;
}

export interface FiveTasks {
  readonly tasks: readonly ExampleTask[];
  /** The time at which all were sent, in milliseconds since 1970. */
  readonly sentAt: number;
}

const EXAMPLES: readonly { name: string; failsAt?: DemoTaskStep; task: Task }[] = [
  { name: 'succeeds', task: { delayMs: 500 } },
  { name: 'fails at step 2', failsAt: 'step-2-process', task: {} },
  { name: 'fails at step 4', failsAt: FAILING_STEP, task: { delayMs: 100 } },
  { name: 'has a high priority', task: { delayMs: 100, priority: 600 } },
  { name: 'has a low priority', task: { delayMs: 100, priority: -2 } },
];

/**
 * The longest wait, in milliseconds. Retries take half a minute, or some minutes on an Inngest that uses its own
 * backoff.
 */
const LONGEST_MS = 180_000;

/**
 * Sends five tasks: one succeeds, two fail finally at different steps, one has a high priority, and one a low priority.
 */
export async function fiveTasks(probe: Probe): Promise<FiveTasks> {
  await probe.rest(EXAMPLES.length);
  const sentAt = probe.timing.now();
  const sent = EXAMPLES.map(({ failsAt, task }) => ({
    ...task,
    taskId: probe.taskId('example'),
    ...(failsAt && { simulateFailure: true, failAtStep: failsAt }),
  }));
  const runs = await probe.allEnded(await probe.send(...sent), LONGEST_MS);
  const tasks = EXAMPLES.map(({ name, failsAt, task }, i): ExampleTask => ({
    name,
    taskId: sent[i]?.taskId ?? '',
    task,
    status: failsAt ? 'FAILED' : 'COMPLETED',
    ...(failsAt && { failsAt }),
    run: runs[i] as RunEvidence,
  }));
  return { tasks, sentAt };
}

/** The run of the task that fails finally at step 4. */
export async function failingRun(probe: Probe): Promise<RunEvidence> {
  const { tasks } = await probe.scenario(fiveTasks);
  return (tasks.find(({ failsAt }) => failsAt === FAILING_STEP) as ExampleTask).run;
}
