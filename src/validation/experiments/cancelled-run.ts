import type { Probe } from '../probe/probe.js';
import type { RunEvidence } from '../probe/run-evidence.js';

/** The duration of step 3, during which the run is cancelled, in milliseconds. */
const DELAY_MS = 4_000;

export interface CancelledRun {
  /** Whether the target accepted the request. */
  readonly isAccepted: boolean;
  /** The run's status immediately after the request; `not ended` while it still runs. */
  readonly soon: string;
  /** The run after the executing step, and any step that might follow, has ended. */
  readonly run: RunEvidence;
}

/** Sends a task and cancels its run during step 3. */
export async function cancelledRun(probe: Probe): Promise<CancelledRun> {
  await probe.rest(1);
  const [eventId = ''] = await probe.send({ taskId: probe.taskId('cancel'), delayMs: DELAY_MS });
  let runId = '';
  await probe.until('step 2 has ended', async () => {
    const [run] = await probe.runsOf(eventId);
    const steps = run && (await probe.api.trace(run.id))?.root.children;
    runId = run?.id ?? '';
    return steps?.some(({ name, endedAt }) => name === 'step-2-process' && endedAt !== undefined) ?? false;
  });
  const isAccepted = await probe.api.cancel(runId);
  let soon = 'not ended';
  await probe.timing.until(
    async () => {
      const [run] = await probe.runsOf(eventId);
      if (run?.endedAt !== undefined) soon = run.status;
      return soon !== 'not ended';
    },
    probe.timing.slackMs,
    probe.signal,
  );
  await probe.timing.pass(DELAY_MS + probe.timing.slackMs, probe.signal);
  return { isAccepted, soon, run: await probe.ended(eventId) };
}
