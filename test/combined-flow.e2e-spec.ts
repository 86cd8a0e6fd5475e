import { RetryAfterError } from 'inngest';
import type { InngestHarness } from '../src/testing/nest.js';
import { startFunctions } from './support/sdk-functions.js';

const SECOND = 1_000;
const RETRY_AFTER_MS = 7 * SECOND;
const NAP_MS = 40 * SECOND;
const WORK_MS = 3 * SECOND;

/** One attempt of a step. */
interface Execution {
  run: number;
  step: string;
  from: number;
  to: number;
}

describe('A throttled, prioritized, concurrent backlog with retries and sleeps in it', () => {
  let inngest: InngestHarness;
  let executions: Execution[];

  beforeEach(async () => {
    executions = [];
    inngest = await startFunctions((client, clock) => {
      const execute = async (run: number, step: string): Promise<void> => {
        const from = clock.now();
        await clock.sleep(WORK_MS);
        executions.push({ run, step, from, to: clock.now() });
      };
      return [
        client.createFunction(
          {
            id: 'fn',
            triggers: { event: 'go' },
            // 4 at the same time, then one every 5 s.
            throttle: { limit: 4, period: '20s' },
            concurrency: 2,
            priority: { run: 'int(event.data.priority)' },
            retries: 1,
          },
          async ({ event, step, attempt }) => {
            const { run, fails } = event.data as { run: number; fails: boolean };
            await step.run('first', async () => {
              await execute(run, 'first');
              if (fails && attempt === 0) {
                throw new RetryAfterError('busy', new Date(clock.now() + RETRY_AFTER_MS));
              }
            });
            await step.sleep('nap', NAP_MS);
            await step.run('last', () => execute(run, 'last'));
            return run;
          },
        ),
      ];
    });
  });

  afterEach(() => inngest.close());

  it('keeps all promises at the same time', async () => {
    // Later runs have a higher priority. Every third run fails at first.
    const ids = await inngest.send(
      ...Array.from({ length: 12 }, (_, run) => ({
        name: 'go',
        data: { run, priority: run * 10, fails: run % 3 === 0 },
      })),
    );
    await inngest.allEnded();
    const runs = await Promise.all(ids.map((id) => inngest.run(id)));

    expect(runs.every(({ status }) => status === 'COMPLETED')).toBe(true);
    // The two slots delay the third, fourth and fifth start. After that, the throttle sets the pace.
    const seconds = runs.map((run) => inngest.since(run.startedAt ?? '') / SECOND);
    expect(seconds.toReversed()).toEqual([0, 0, 3, 3, 6, 10, 15, 20, 25, 30, 35, 40]);
    expect(mostAtOnce()).toBe(2);
    for (const run of runs.keys()) {
      const [first, again] = of(run, 'first');
      const [last] = of(run, 'last');
      // Retries and sleeps take no permit of the throttle. A run that sleeps or waits for its retry holds no slot.
      if (again) expect(again.from - (first?.to ?? 0)).toBe(RETRY_AFTER_MS);
      expect((last?.from ?? 0) - ((again ?? first)?.to ?? 0)).toBe(NAP_MS);
      expect(again !== undefined).toBe(run % 3 === 0);
    }
  });

  const of = (run: number, step: string): Execution[] =>
    executions.filter((execution) => execution.run === run && execution.step === step);

  /** The largest number of steps that were executed at the same time. */
  const mostAtOnce = (): number =>
    Math.max(
      ...executions.map(({ from: at }) => executions.filter(({ from, to }) => from <= at && at < to).length),
    );
});
