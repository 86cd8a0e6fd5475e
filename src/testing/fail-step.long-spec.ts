import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Inngest, NonRetriableError } from 'inngest';
import { createTestServer, type TestServer } from './index.js';

const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };

let server: TestServer;
const apps: Server[] = [];
beforeEach(async () => {
  server = await createTestServer();
});
afterEach(async () => {
  await server.close();
  for (const app of apps.splice(0)) app.close();
});

/** Serves a function with three steps. `executed` lists the steps whose code ran. */
async function serveThreeSteps(checkpointing: boolean): Promise<{ executed: string[]; failed: string[] }> {
  const client = new Inngest({ id: 'shop', logger: silent, checkpointing });
  const executed: string[] = [];
  const failed: string[] = [];
  const step = (name: string) => (): string => {
    executed.push(name);
    return name;
  };
  const order = client.createFunction(
    {
      id: 'order',
      triggers: { event: 'order' },
      retries: 2,
      onFailure: ({ error }) => void failed.push(error.message),
    },
    async ({ step: steps }) => {
      const first = await steps.run('first', step('first'));
      const second = await steps.run('second', step('second'));
      return [first, second, await steps.run({ id: 'third', name: 'The third' }, step('third'))];
    },
  );
  await server.serve(client, [order]);
  return { executed, failed };
}

describe.each([true, false])('failStep, checkpointing %p', (checkpointing) => {
  it('fails as many attempts as told, which are retried, and executes the step then', async () => {
    const { executed } = await serveThreeSteps(checkpointing);
    server.failStep('second', 2);

    const run = await server.run('order');

    expect(run).toMatchObject({ status: 'COMPLETED', output: ['first', 'second', 'third'] });
    expect(executed).toEqual(['first', 'second', 'third']);
    const { attempts } = run.steps.find(({ name }) => name === 'second') ?? {};
    const message = 'failStep made the step "second" fail.';
    expect(attempts).toMatchObject([
      { number: 0, status: 'FAILED', error: { message } },
      { number: 1, status: 'FAILED', error: { message } },
      { number: 2, status: 'COMPLETED' },
    ]);
    // The server's own backoff: 15 s and 30 s, each with up to 30 s added at random.
    expect(server.elapsed).toBeGreaterThanOrEqual(45_000);
    expect(server.elapsed).toBeLessThan(105_000);
  });

  it('fails the run when no retry is left, and onFailure follows', async () => {
    const { executed, failed } = await serveThreeSteps(checkpointing);
    server.failStep('second', 3, { error: new TypeError('no luck') });

    const run = await server.run('order');

    expect(run).toMatchObject({ status: 'FAILED', error: { name: 'TypeError', message: 'no luck' } });
    expect([executed, failed]).toEqual([['first'], ['no luck']]);
    // The failures that the test requested are used up.
    await expect(server.run('order')).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  it('fails a step for good at once with a NonRetriableError', async () => {
    const { failed } = await serveThreeSteps(checkpointing);
    server.failStep('first', 1, { error: new NonRetriableError('never') });

    const run = await server.run('order');

    expect(run.status).toBe('FAILED');
    expect(run.steps).toMatchObject([{ name: 'first', attempts: [{ status: 'FAILED' }] }]);
    expect([failed, server.elapsed]).toEqual([['never'], 0]);
  });

  it.each(['third', 'The third', createHash('sha1').update('third').digest('hex')])(
    'knows a step by its id, its display name and its hashed id: %s',
    async (name) => {
      await serveThreeSteps(checkpointing);
      server.failStep(name);

      const { steps } = await server.run('order');

      expect(steps[2]?.attempts.map(({ status }) => status)).toEqual(['FAILED', 'COMPLETED']);
    },
  );

  it('fails a step in one function only when told so', async () => {
    await serveThreeSteps(checkpointing);
    server.failStep('first', 1, { function: 'another' });
    expect((await server.run('order')).steps[0]?.attempts).toHaveLength(1);

    server.failStep('first', 1, { function: 'shop-order' });
    expect((await server.run('order')).steps[0]?.attempts).toHaveLength(2);
  });

  it('fails one of several parallel steps, a request and an invocation', async () => {
    const client = new Inngest({ id: 'bank', logger: silent, checkpointing });
    const executed: string[] = [];
    const callee = client.createFunction({ id: 'callee', triggers: { event: 'callee' } }, () =>
      executed.push('callee'),
    );
    const parallel = client.createFunction(
      { id: 'parallel', triggers: { event: 'parallel' } },
      async ({ step }) => {
        const both = await Promise.all(['a', 'b'].map((id) => step.run(id, () => executed.push(id))));
        const answer = await step.fetch(`${server.url}/health`);
        const invoked = await step
          .invoke('invoke', { function: callee })
          .catch((error: Error) => error.message);
        return [both.length, answer.status, invoked];
      },
    );
    await server.serve(client, [parallel, callee]);
    server.failStep('b', 1);
    server.failStep('invoke', 1, { error: 'no answer' });
    const name = (await server.run('parallel')).steps.find(({ op }) => op === 'FETCH')?.name ?? '';
    expect(executed.toSorted()).toEqual(['a', 'b']);
    server.failStep(name, 1);
    server.failStep('invoke', 1, { error: 'no answer' });

    const run = await server.run('parallel');

    expect(run).toMatchObject({ status: 'COMPLETED', output: [2, 200, 'no answer'] });
    expect(run.steps.find((step) => step.name === name)?.attempts.map(({ status }) => status)).toEqual([
      'FAILED',
      'COMPLETED',
    ]);
  });
});

/** An app with another SDK and one step, "work". @param plans whether it plans the step when the server requires that */
async function serveOtherApp(plans: boolean): Promise<string[]> {
  const executed: string[] = [];
  const app = createServer((request, response) => {
    void text(request).then((body) => {
      const stepId = new URL(request.url ?? '', 'http://app').searchParams.get('stepId');
      const { ctx, steps } = JSON.parse(body) as {
        ctx: { disable_immediate_execution: boolean };
        steps: Record<string, unknown>;
      };
      const op = { id: 'hash-of-work', name: 'work', displayName: 'work' };
      const answer = (status: number, value: unknown): void =>
        void response.writeHead(status, { 'x-inngest-sdk': 'other:v1' }).end(JSON.stringify(value));
      if (steps[op.id] !== undefined) return answer(200, steps[op.id]);
      if (plans && stepId === 'step' && ctx.disable_immediate_execution) {
        return answer(206, [{ ...op, op: 'StepPlanned' }]);
      }
      executed.push('work');
      return answer(206, [{ ...op, op: 'StepRun', data: 1 }]);
    });
  }).listen(0, '127.0.0.1');
  apps.push(app);
  await once(app, 'listening');
  const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/`;
  const step = { id: 'step', name: 'step', runtime: { type: 'http', url }, retries: { attempts: 3 } };
  const fn = { id: 'other-fn', name: 'fn', triggers: [{ event: 'other' }], steps: { step } };
  await server.post('/fn/register', { appName: 'other', url, functions: [fn] });
  return executed;
}

describe('failStep with another SDK', () => {
  it('does not call the app for an attempt that is to fail', async () => {
    const executed = await serveOtherApp(true);
    server.failStep('work', 2);

    const run = await server.run('other');

    expect(run).toMatchObject({
      status: 'COMPLETED',
      steps: [{ attempts: [{}, {}, { status: 'COMPLETED' }] }],
    });
    expect(executed).toEqual(['work']);
  });

  it('fails what the SDK has executed although it was asked to plan', async () => {
    const executed = await serveOtherApp(false);
    server.failStep('work', 2);

    const run = await server.run('other');

    expect(run).toMatchObject({
      status: 'COMPLETED',
      steps: [{ attempts: [{}, {}, { status: 'COMPLETED' }] }],
    });
    expect(executed).toEqual(['work', 'work', 'work']);
  });
});

it.each([
  ['', 1, 'needs the name of a step'],
  [undefined, 1, 'needs the name of a step'],
  ['a', 0, 'a whole number of attempts, 1 or more, or Infinity, not 0'],
  ['a', 1.5, 'not 1.5'],
  ['a', Number.NaN, 'not NaN'],
])('failStep refuses %p, %p', (name, times, problem) => {
  expect(() => server.failStep(name as string, times)).toThrow(problem);
});
