import { DEMO_TASK_STEPS, type DemoTaskStep } from '../../demo-task/index.js';
import type { Probe, Task } from '../probe/probe.js';
import type { RunEvidence } from '../probe/run-evidence.js';

/** The step at which the experiments make a task fail, after the three steps before it have succeeded. */
export const FAILING_STEP: DemoTaskStep = 'step-4-simulate-api-call';
export const STEPS_BEFORE: readonly DemoTaskStep[] = DEMO_TASK_STEPS.slice(
  0,
  DEMO_TASK_STEPS.indexOf(FAILING_STEP),
);

/**
 * The longest wait, in milliseconds. Retries take half a minute, or some minutes on an Inngest that uses its own
 * backoff.
 */
const LONGEST_MS = 180_000;

export interface SingleRun {
  readonly taskId: string;
  readonly run: RunEvidence;
  /** The time at which the event was sent, in milliseconds since 1970. */
  readonly sentAt: number;
}

/** Sends a task that succeeds. */
export async function plainRun(probe: Probe): Promise<SingleRun> {
  return single(probe, 'plain', { delayMs: 500 });
}

/** Sends a task that fails twice at step 4 and then succeeds. */
export async function recoveringRun(probe: Probe): Promise<SingleRun> {
  return single(probe, 'recovering', {
    simulateFailure: true,
    failAtStep: FAILING_STEP,
    failAttempts: 2,
    delayMs: 100,
  });
}

/** Sends a task whose event has invalid data. */
export async function badRun(probe: Probe): Promise<SingleRun> {
  return single(probe, 'bad', { delayMs: -1 });
}

async function single(probe: Probe, name: string, task: Task): Promise<SingleRun> {
  await probe.rest(1);
  const taskId = probe.taskId(name);
  const sentAt = probe.timing.now();
  const [eventId = ''] = await probe.send({ taskId, ...task });
  return { taskId, sentAt, run: await probe.ended(eventId, LONGEST_MS) };
}
