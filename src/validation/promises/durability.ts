import { DEMO_TASK_STEPS, type DemoTaskStep } from '../../demo-task/index.js';
import { Probe } from '../probe/probe.js';
import { traceCount, type RunEvidence } from '../probe/run-evidence.js';
import { NotTestedError, type InngestPromise } from '../checking/promise.js';
import { executed, seconds } from '../report/words.js';
import { attemptsPicture } from '../report/attempts-picture.js';

const KILLED_IN: DemoTaskStep = 'step-3-simulate-delay';
/** The duration of step 3, in which the worker is killed, in milliseconds. */
const DELAY_MS = 1_500;
/**
 * How long the run may take after the kill, in milliseconds. Inngest sees a broken call and retries it after 15 to 45
 * s, several times if necessary.
 */
const PATIENCE_MS = 180_000;

export const durability: InngestPromise = {
  id: 'durability',
  title: 'A run survives the death of its worker',
  promised:
    'When the worker is killed with -9 during step 3 and started again, the run continues without further action: steps 1 ' +
    'and 2 are not executed again, step 3 is, and the run completes.',
  expected: 'COMPLETED, steps 1 and 2 executed once',
  seconds: 55,
  async run(probe, evidence) {
    if (typeof probe.options.killable === 'string') throw new NotTestedError(probe.options.killable);
    const environment = await probe.options.killable();
    const here = environment === probe.environment ? probe : new Probe(environment, probe.options);
    try {
      await here.rest(1);
      const taskId = here.taskId('durable');
      const [eventId = ''] = await here.send({ taskId, delayMs: DELAY_MS });
      await here.until('step 3 begins', async () => isInStep3(here, eventId, taskId));
      const killedAt = here.timing.now();
      await environment.kill();
      await environment.restart();
      const run = await here.ended(eventId, PATIENCE_MS);
      if (here === probe) evidence.lookAt(run);
      evidence.picture(attemptsPicture(run));
      evidence.measured = `${run.status}, ${seconds(run.endedAt - killedAt)} after the kill`;
      evidence.check({
        what: 'the run in the end',
        expected: 'COMPLETED',
        api: run.status,
        holds: (status) => status === 'COMPLETED',
      });
      for (const step of DEMO_TASK_STEPS) {
        const inJournal = run.journal?.filter(({ stepId }) => stepId === step);
        const wasKilled = step === KILLED_IN;
        evidence.check({
          what: wasKilled ? `${step}, in which the worker died` : step,
          expected: wasKilled ? 'completed once' : executed(1),
          // Only the journal contains the attempts of a step that never ended.
          api: wasKilled ? completed(run, step) : traceCount(run, step),
          journal: wasKilled ? inJournal?.filter(({ succeeded }) => succeeded).length : inJournal?.length,
          show: wasKilled
            ? (times) => (times === 1 ? 'completed once' : `completed ${times} times`)
            : executed,
          holds: (times) => times === 1,
        });
      }
      const begun = run.journal?.filter(({ stepId }) => stepId === KILLED_IN).length;
      if (begun !== undefined) {
        evidence.note(`${KILLED_IN} was begun ${begun} times: what a dying worker was doing is done again.`);
      }
    } finally {
      if (environment !== probe.environment) await environment.close();
    }
  },
};

/**
 * Whether step 3 has started. The trace shows a step only after its end. Without a journal this uses the end of step 2,
 * soon after which step 3 starts.
 */
async function isInStep3(probe: Probe, eventId: string, taskId: string): Promise<boolean> {
  if (probe.journal) return probe.journal.ofTask(taskId).some(({ stepId }) => stepId === KILLED_IN);
  const [run] = await probe.runsOf(eventId);
  const steps = run && (await probe.api.trace(run.id))?.root.children;
  return steps?.some(({ name, endedAt }) => name === 'step-2-process' && endedAt !== undefined) ?? false;
}

function completed(run: RunEvidence, step: string): number {
  const attempts = run.steps.find(({ id }) => id === step)?.attempts ?? [];
  return attempts.filter(({ status }) => status === 'COMPLETED').length;
}
