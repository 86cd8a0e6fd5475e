import type { Lab } from '../lab/lab.js';
import type { RunEvidence } from '../lab/run-evidence.js';

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
export async function cancelledRun(lab: Lab): Promise<CancelledRun> {
  await lab.rest(1);
  const [eventId = ''] = await lab.send({ taskId: lab.taskId('cancel'), delayMs: DELAY_MS });
  let runId = '';
  await lab.until('step 2 has ended', async () => {
    const [run] = await lab.runsOf(eventId);
    const steps = run && (await lab.api.trace(run.id))?.root.children;
    runId = run?.id ?? '';
    return steps?.some(({ name, endedAt }) => name === 'step-2-process' && endedAt !== undefined) ?? false;
  });
  const isAccepted = await lab.api.cancel(runId);
  let soon = 'not ended';
  await lab.pace.until(
    async () => {
      const [run] = await lab.runsOf(eventId);
      if (run?.endedAt !== undefined) soon = run.status;
      return soon !== 'not ended';
    },
    lab.pace.slackMs,
    lab.signal,
  );
  await lab.pace.pass(DELAY_MS + lab.pace.slackMs, lab.signal);
  return { isAccepted, soon, run: await lab.ended(eventId) };
}
