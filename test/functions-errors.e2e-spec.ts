import { NonRetriableError, RetryAfterError, StepError } from 'inngest';
import type { InngestFailureContext } from '../src/inngest/index.js';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { clientModes } from './support/client-mode.js';
import { returned, startFunctions, type Define } from './support/sdk-functions.js';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;

describe.each(clientModes())('Errors of functions ($checkpointing)', (client) => {
  let inngest: InngestHarness;

  const runOf = async (define: Define, data: Record<string, unknown> = {}): Promise<Run> => {
    inngest = await startFunctions(define, { client });
    const [id] = await inngest.send({ name: 'go', data });
    return inngest.ended(id);
  };

  afterEach(() => inngest.close());

  it('a function catches the error of a step that has no tries left, and goes on', async () => {
    const tries: number[] = [];
    const run = await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 2 }, async ({ step, attempt }) => {
        try {
          await step.run('bad', () => {
            tries.push(attempt);
            throw new RangeError(`try ${attempt}`);
          });
        } catch (error) {
          const { name, message } = error as StepError;
          const isStepError = error instanceof StepError;
          return step.run('after', () => ({ name, message, isStepError, attempt }));
        }
        return undefined;
      }),
    ]);

    expect(run.status).toBe('COMPLETED');
    expect(run.output).toEqual({ name: 'RangeError', message: 'try 2', isStepError: true, attempt: 0 });
    expect(tries).toEqual([0, 1, 2]);
  });

  it('errors keep their causes, however deep', async () => {
    const run = await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 0 }, async ({ step }) => {
        try {
          await step.run('deep', () => {
            const root = new SyntaxError('root');
            throw new Error('top', { cause: new TypeError('middle', { cause: root }) });
          });
        } catch (error) {
          const causes: string[] = [];
          for (let at = error as Error | undefined; at; at = at.cause as Error | undefined) {
            causes.push(`${at.name}: ${at.message}`);
          }
          return causes;
        }
        return undefined;
      }),
    ]);

    expect(returned(run)).toEqual(['Error: top', 'TypeError: middle', 'SyntaxError: root']);
  });

  it.each([
    ['a text', () => 'just words', 'just words'],
    ['an object', () => ({ code: 7 }), '{"code":7}'],
  ])('a step that throws %s fails like any other', async (_what, thrown: () => unknown, message) => {
    const run = await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 0 }, async ({ step }) => {
        await step.run('odd', () => {
          throw thrown();
        });
      }),
    ]);

    expect(run.status).toBe('FAILED');
    expect(JSON.stringify(run.output)).toContain(JSON.stringify(message).slice(1, -1));
  });

  it('a NonRetriableError of a step ends its tries, one of the function ends the run', async () => {
    const seen: string[] = [];
    const run = await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 5 }, async ({ step }) => {
        await step
          .run('final', () => {
            seen.push('step');
            throw new NonRetriableError('no more', { cause: new Error('why') });
          })
          .catch((error: Error) => seen.push(`caught ${error.message}`));
        seen.push('function');
        throw new NonRetriableError('enough');
      }),
    ]);

    expect(run).toMatchObject({
      status: 'FAILED',
      output: { name: 'NonRetriableError', message: 'enough' },
    });
    expect(seen.filter((what) => what === 'step')).toHaveLength(1);
    expect(new Set(seen)).toEqual(new Set(['step', 'caught no more', 'function']));
    expect(inngest.elapsed).toBe(0);
  });

  it('RetryAfterError decides when the next try is', async () => {
    const at: number[] = [];
    const run = await runOf((app, clock) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 1 }, async ({ step, attempt }) => {
        await step.run('later', () => {
          at.push(clock.now());
          if (attempt === 0) throw new RetryAfterError('later', new Date(clock.now() + 3 * HOUR));
        });
      }),
    ]);

    expect(run.status).toBe('COMPLETED');
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBe(3 * HOUR);
  });

  it('tries count anew for every step', async () => {
    const tries: string[] = [];
    const run = await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 1 }, async ({ step, attempt }) => {
        for (const id of ['a', 'b']) {
          await step.run(id, () => {
            tries.push(id + attempt);
            if (attempt === 0) throw new Error('first');
          });
        }
      }),
    ]);

    expect(run.status).toBe('COMPLETED');
    expect(tries).toEqual(['a0', 'a1', 'b0', 'b1']);
  });

  it.each([0, 20])('%d retries are that many', async (retries) => {
    let tries = 0;
    const run = await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: retries as 0 | 20 }, () => {
        tries++;
        throw new Error('always');
      }),
    ]);

    expect(run.status).toBe('FAILED');
    expect(tries).toBe(retries + 1);
  });

  it('onFailure gets the error and the event, with retries of its own', async () => {
    const handled: unknown[] = [];
    const run = await runOf(
      (app) => [
        app.createFunction(
          {
            id: 'fn',
            triggers: { event: 'go' },
            retries: 0,
            onFailure: async ({ error, event, step, attempt }: InngestFailureContext) => {
              const { function_id: functionId, run_id: runId, event: original } = event.data;
              await step.run('tell', () => {
                if (attempt === 0) throw new Error('telling failed');
                handled.push({
                  message: error.message,
                  functionId,
                  runId,
                  n: (original.data as { n: number }).n,
                });
              });
            },
          },
          () => {
            throw new Error('broken', { cause: new Error('why') });
          },
        ),
      ],
      { n: 3 },
    );
    await inngest.allEnded();

    expect(run.status).toBe('FAILED');
    expect(handled).toEqual([{ message: 'broken', functionId: 'test-fn', runId: run.id, n: 3 }]);
    const [handler] = (await inngest.allRuns()).filter(({ function: fn }) => fn.id === 'fn-failure');
    expect(handler?.status).toBe('COMPLETED');
  });

  it('functions can listen to the ends of others', async () => {
    const seen: unknown[] = [];
    await runOf((app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, () => ({ ok: true })),
      app.createFunction(
        {
          id: 'listener',
          triggers: {
            event: 'inngest/function.finished',
            if: "event.data.function_id == 'test-fn' && event.data.result.ok",
          },
        },
        ({ event }) => {
          seen.push((event.data as { result: unknown }).result);
        },
      ),
    ]);
    await inngest.allEnded();

    expect(seen).toEqual([{ ok: true }]);
  });
});
