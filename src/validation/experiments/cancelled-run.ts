import type { Probe } from '../probe/probe.js';
import type { RunEvidence } from '../probe/run-evidence.js';

/** Step 3, in which the run is when it is cancelled, takes this long, in milliseconds. */
const DELAY_MS = 4_000;

export interface CancelledRun {
  /** Whether the target took the request. */
  readonly isAccepted: boolean;
  /** Its status right after that; `not ended` while it goes on. */
  readonly soon: string;
  /** The run once the step that was executing has ended, and whatever might follow it. */
  readonly run: RunEvidence;
}

/** A task that is cancelled while it executes its third step. */
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
