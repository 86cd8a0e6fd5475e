import { experiment, Middleware } from 'inngest';
import type { InngestHarness } from '../src/testing/nest.js';
import { clientModes } from './support/client-mode.js';
import { returned, startFunctions } from './support/sdk-functions.js';

describe.each(clientModes())('group.experiment ($checkpointing)', (client) => {
  let inngest: InngestHarness;

  afterEach(() => inngest.close());

  it('chooses once, and goes on with the steps of what it chose', async () => {
    let chosen = 0;
    inngest = await startFunctions(
      (app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step, group }) => {
          const { result, variant } = await group.experiment('wording', {
            variants: {
              short: () => step.run('short', () => 'Hi'),
              long: async () => {
                await step.sleep('think', '1h');
                return step.run('long', () => 'Good morning');
              },
            },
            select: experiment.custom(() => (++chosen === 1 ? 'long' : 'short')),
          });
          return { result, variant };
        }),
      ],
      { client },
    );
    const [id] = await inngest.send({ name: 'go' });
    const run = await inngest.ended(id);

    expect(returned(run)).toEqual({ result: 'Good morning', variant: 'long' });
    expect(chosen).toBe(1);
    expect((await inngest.steps(run)).map(({ name }) => name).slice(0, 3)).toEqual([
      'wording',
      'think',
      'long',
    ]);
  });
});

describe('middleware of a function', () => {
  it('is around its steps, and not around those of others', async () => {
    class Shouting extends Middleware.BaseMiddleware {
      readonly id = 'shouting';

      override async wrapStepHandler({ next }: Middleware.WrapStepHandlerArgs): Promise<unknown> {
        return String(await next()).toUpperCase();
      }
    }
    const inngest = await startFunctions((app) => [
      app.createFunction({ id: 'loud', triggers: { event: 'go' }, middleware: [Shouting] }, ({ step }) =>
        step.run('say', () => 'hello'),
      ),
      app.createFunction({ id: 'quiet', triggers: { event: 'go' } }, ({ step }) =>
        step.run('say', () => 'hello'),
      ),
    ]);
    const [id] = await inngest.send({ name: 'go' });
    await inngest.allEnded();
    const runs = await inngest.runs(id);
    await inngest.close();

    expect(Object.fromEntries(runs.map((run) => [run.function.id, returned(run)]))).toEqual({
      loud: 'HELLO',
      quiet: 'hello',
    });
  });
});
