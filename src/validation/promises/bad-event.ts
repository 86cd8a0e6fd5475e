import { badRun } from '../experiments/single-runs.js';
import type { InngestPromise } from '../checking/promise.js';
import { seconds } from '../report/words.js';

export const badEvent: InngestPromise = {
  id: 'bad-event',
  title: 'An event with wrong data fails without retries',
  promised:
    'A function that throws an error which forbids retries is not tried again; the run fails with that error.',
  expected: 'FAILED immediately, naming the field',
  seconds: 2,
  shares: badRun,
  async run(probe, evidence) {
    const { run } = await probe.scenario(badRun);
    evidence.lookAt(run);
    evidence.measured = `${run.status} within ${seconds(run.endedAt - (run.startedAt ?? run.queuedAt))}`;
    evidence.check({
      what: 'the run',
      expected: 'FAILED',
      api: run.status,
      holds: (status) => status === 'FAILED',
    });
    evidence.check({
      what: 'its error',
      expected: 'names the wrong field, delayMs',
      api: JSON.stringify(run.output ?? null),
      show: (output) => (output.includes('delayMs') ? 'names delayMs' : output.slice(0, 200)),
      holds: (output) => output.includes('delayMs'),
    });
    evidence.check({
      what: 'time from start to end',
      expected: 'too short for a retry',
      api: run.startedAt === undefined ? undefined : run.endedAt - run.startedAt,
      show: (ms) => (ms < 1_000 ? 'too short for a retry' : `${ms} ms`),
      holds: (ms) => ms < 1_000,
    });
    evidence.check({
      what: 'steps executed',
      expected: 'none',
      api: run.steps.length,
      journal: run.journal?.length,
      show: (count) => (count === 0 ? 'none' : String(count)),
      holds: (count) => count === 0,
    });
  },
};
