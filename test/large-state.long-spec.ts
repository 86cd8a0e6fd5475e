import type { ClientOptions } from 'inngest';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { returned, startFunctions, type Define } from './support/sdk-functions.js';

const MIB = 1024 * 1024;
const text = (mib: number): string => 'x'.repeat(mib * MIB);

/** Every call sends, parses and stores up to 32 MiB, which takes seconds. */
describe('Large state', () => {
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
    'gives large state back to the app, which fetches it (checkpointing: %s)',
    async (checkpointing) => {
      const run = await runOf(
        (app) => [
          app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step, event }) => {
            const sizes: number[] = [];
            for (let n = 0; n < 3; n++) sizes.push((await step.run('big', () => text(3))).length);
            await step.sleep('rest', '1s');
            return {
              sizes: sizes.map((size) => size / MIB),
              event: (event.data.blob as string).length / MIB,
            };
          }),
        ],
        { checkpointing, data: { blob: text(2) } },
      );

      expect(run.output).toEqual({ sizes: [3, 3, 3], event: 2 });
    },
  );

  it('gives a batch of large events back to the app, which fetches it', async () => {
    inngest = await startFunctions((app) => [
      app.createFunction(
        { id: 'fn', triggers: { event: 'go' }, batchEvents: { maxSize: 5, timeout: '10s' } },
        ({ events }) =>
          events.map(
            (event: { data: Record<string, unknown> }) => (event.data['blob'] as string).length / MIB,
          ),
      ),
    ]);
    const ids = await inngest.send(
      ...Array.from({ length: 5 }, () => ({ name: 'go', data: { blob: text(2) } })),
    );

    expect(returned(await inngest.ended(ids[0]))).toEqual([2, 2, 2, 2, 2]);
  });

  it('fails a run whose steps give more than 32 MiB together', async () => {
    let ran = 0;
    const run = await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 0 }, async ({ step }) => {
        for (;;) await step.run('big', () => ++ran && text(3.9));
      }),
    ]);

    expect(run).toMatchObject({
      status: 'FAILED',
      output: {
        name: 'InngestErrStateOverflowed',
        message: 'The function run exceeded the state size limit of 33554432 bytes.',
      },
    });
    expect(ran).toBe(9);
  });
});
