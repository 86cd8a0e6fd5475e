import { failingRun, fiveTasks } from '../experiments/five-tasks.js';
import { FAILING_STEP } from '../experiments/single-runs.js';
import { DEMO_TASK_ATTEMPTS, DEMO_TASK_RETRY_WAITS } from '../probe/promised-limits.js';
import { attemptsOf, journalCount, traceCount } from '../probe/run-evidence.js';
import type { InngestPromise } from '../checking/promise.js';
import { attemptsPicture } from '../report/attempts-picture.js';
import { executed, seconds } from '../report/words.js';

export const retries: InngestPromise = {
  id: 'retries',
  title: 'A failing step is tried again after about 1, 2, 4, 8 and 16 s',
  promised:
    'The worker sends the time of each retry, and Inngest makes the retry at that time; after the last one the run fails.',
  expected: `${DEMO_TASK_ATTEMPTS} attempts, about 1, 2, 4, 8, 16 s apart`,
  seconds: 38,
  shares: fiveTasks,
  async run(probe, evidence) {
    const run = await failingRun(probe);
    evidence.lookAt(run);
    evidence.picture(attemptsPicture(run));
    const attempts = attemptsOf(run, FAILING_STEP);
    const gaps = attempts.slice(1).map((_, retry) => seconds(gap(attempts, retry) ?? 0));
    const inJournal = run.journal?.filter(({ stepId }) => stepId === FAILING_STEP);
    evidence.measured = `${traceCount(run, FAILING_STEP)} attempts, ${gaps.join(', ')} apart`;
    evidence.check({
      what: `attempts of ${FAILING_STEP}`,
      expected: `${DEMO_TASK_ATTEMPTS}`,
      api: traceCount(run, FAILING_STEP),
      journal: journalCount(run, FAILING_STEP),
      holds: (count) => count === DEMO_TASK_ATTEMPTS,
    });
    for (const [retry, { leastMs, mostMs }] of DEMO_TASK_RETRY_WAITS.entries()) {
      // A retry must not start early. But the server records the failure a moment after the worker has computed the
      // time of the retry, so the measured wait can be slightly shorter.
      const least = leastMs - probe.timing.blurMs;
      const most = mostMs + probe.timing.slackMs;
      evidence.check({
        what: `the wait before retry ${retry + 1}`,
        expected: `${seconds(least)} to ${seconds(most)}`,
        api: gap(attempts, retry),
        journal: inJournal && gap(inJournal, retry),
        show: seconds,
        // The API may report the time of the call, while the journal contains that of the step in it.
        agree: (api, journal) => Math.abs(api - journal) <= 2 * probe.timing.blurMs,
        holds: (wait) => wait >= least && wait <= most,
      });
    }
    evidence.check({
      what: 'the run in the end',
      expected: 'FAILED with the error of the step',
      api: `${run.status} with ${nameOf(run.output)}`,
      holds: (end) => end === 'FAILED with SimulatedFailureError',
    });
    evidence.check({
      what: 'the step after it',
      expected: executed(0),
      api: traceCount(run, 'step-5-finalize'),
      journal: journalCount(run, 'step-5-finalize'),
      show: executed,
      holds: (count) => count === 0,
    });
  },
};

function gap(
  attempts: readonly { readonly startedAt: number; readonly endedAt?: number }[],
  retry: number,
): number | undefined {
  const end = attempts[retry]?.endedAt;
  const start = attempts[retry + 1]?.startedAt;
  return end === undefined || start === undefined ? undefined : start - end;
}

function nameOf(output: unknown): string {
  return (output as { name?: string } | undefined)?.name ?? 'no error';
}
