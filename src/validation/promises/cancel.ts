import { DEMO_TASK_STEPS } from '../../demo-task/index.js';
import { journalCount, traceCount } from '../lab/run-evidence.js';
import type { InngestPromise } from '../promise.js';
import { executed } from '../report/words.js';

/** Step 3, in which the run is when it is cancelled, takes this long, in milliseconds. */
const DELAY_MS = 4_000;

export const cancel: InngestPromise = {
  id: 'cancel',
  title: 'A run can be cancelled while it executes',
  promised:
    'A cancelled run ends at once as CANCELLED. The step that is executing finishes, its result is dropped, and no further step runs.',
  expected: 'CANCELLED at once, no further step',
  seconds: 8,
  async run(lab, evidence) {
    await lab.rest(1);
    const taskId = lab.taskId('cancel');
    const [eventId = ''] = await lab.send({ taskId, delayMs: DELAY_MS });
    await lab.until('step 2 has ended', async () => {
      const [run] = await lab.runsOf(eventId);
      const steps = run && (await lab.api.trace(run.id))?.root.children;
      return steps?.some(({ name, endedAt }) => name === 'step-2-process' && endedAt !== undefined) ?? false;
    });
    const [run] = await lab.runsOf(eventId);
    if (!run) return;
    const taken = await lab.api.cancel(run.id);
    evidence.check({
      what: 'the request to cancel',
      expected: 'accepted',
      api: taken ? 'accepted' : 'refused',
      holds: (answer) => answer === 'accepted',
    });
    await lab.pace.until(
      async () => (await lab.runsOf(eventId))[0]?.endedAt !== undefined,
      lab.pace.slackMs,
      lab.signal,
    );
    const [soon] = await lab.runsOf(eventId);
    evidence.check({
      what: 'the run right after that',
      expected: 'CANCELLED',
      api: soon?.endedAt === undefined ? 'not ended' : soon.status,
      holds: (status) => status === 'CANCELLED',
    });
    // Until the step that was executing has ended, and whatever might follow it.
    await lab.pace.pass(DELAY_MS + lab.pace.slackMs, lab.signal);
    const ended = await lab.ended(eventId);
    evidence.lookAt(ended);
    evidence.measured = `${ended.status}, ${ended.steps.length} of ${DEMO_TASK_STEPS.length} steps`;
    for (const step of ['step-4-simulate-api-call', 'step-5-finalize']) {
      evidence.check({
        what: step,
        expected: executed(0),
        api: traceCount(ended, step),
        journal: journalCount(ended, step),
        show: executed,
        holds: (count) => count === 0,
      });
    }
    evidence.check({
      what: 'the run in the end',
      expected: 'CANCELLED',
      api: ended.status,
      holds: (status) => status === 'CANCELLED',
    });
  },
};
