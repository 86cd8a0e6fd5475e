import type { ClientOptions } from 'inngest';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { startFunctions, type Define } from './support/sdk-functions.js';
import { itSlowly } from './support/slow-tests.js';

const MIB = 1024 * 1024;
const text = (mib: number): string => 'x'.repeat(mib * MIB);

describe('Limits', () => {
  let inngest: InngestHarness;

  const runOf = async (
    define: Define,
    { checkpointing = false, data = {} }: Pick<ClientOptions, 'checkpointing'> & { data?: object } = {},
  ): Promise<Run> => {
    inngest = await startFunctions(define, { client: { checkpointing } });
    const [id] = await inngest.send({ name: 'go', data });
    return inngest.ended(id);
  };

  afterEach(() => inngest.close());

  it.each([true, false])(
    'fails a run whose step gives more than 4 MiB (checkpointing: %s)',
    async (checkpointing) => {
      const run = await runOf(
        (app) => [
          app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 0 }, async ({ step }) => {
            await step.run('huge', () => text(4));
          }),
        ],
        { checkpointing },
      );

      expect(run).toMatchObject({
        status: 'FAILED',
        output: {
          name: 'Error',
          message: expect.stringMatching(
            /step output size is greater than the limit \(step "huge": 4194306 bytes, at most 4194304\)$/,
          ),
        },
      });
    },
  );

  it.each([true, false])(
    'fails a run whose step is given more than 4 MiB (checkpointing: %s)',
    async (checkpointing) => {
      const run = await runOf(
        (app) => [
          app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 0 }, async ({ step }) => {
            await step.run('eats', (given: string) => given.length, text(4));
          }),
        ],
        { checkpointing },
      );

      expect(run).toMatchObject({
        status: 'FAILED',
        output: {
          name: 'Error',
          message: expect.stringMatching(
            /step input size is greater than the limit \(step "eats": 4194308 bytes, at most 4194304\)$/,
          ),
        },
      });
    },
  );

  itSlowly('does not call a run again that has 1,000 finished steps', async () => {
    let ran = 0;
    const run = await runOf(
      (app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 0 }, async ({ step }) => {
          for (;;) {
            await step.run('one', () => ++ran);
            if (ran === 1_000) await step.sleep('rest', '1s');
          }
        }),
      ],
      { checkpointing: { bufferedSteps: 500 } },
    );

    expect(run).toMatchObject({
      status: 'FAILED',
      output: {
        name: 'InngestErrFunctionOverflowed',
        message: 'The function run exceeded the step limit of 1000 steps.',
      },
    });
    expect(ran).toBe(1_000);
  });

  it('fails a run that names more than 1,000 steps at once', async () => {
    const run = await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, ({ step }) =>
        Promise.all(Array.from({ length: 1_001 }, (_, n) => step.run(`step-${n}`, () => n))),
      ),
    ]);

    expect(run).toMatchObject({ status: 'FAILED', output: { name: 'InngestErrFunctionOverflowed' } });
  });

  it('takes no event of more than 3 MiB, and keeps those before it', async () => {
    inngest = await startFunctions((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, () => 1),
    ]);

    await expect(inngest.send({ name: 'go' }, { name: 'go', data: { blob: text(3) } })).rejects.toThrow(
      'Event is over the max size: Max 3145728 bytes',
    );
    await inngest.allEnded();
    expect(await inngest.allRuns()).toHaveLength(1);
  });
});
