import { InngestApi } from './conformance/setup/inngest-api.js';
import { EmbeddedTarget } from './conformance/setup/embedded-target.js';
import { closeAfterAll } from './support/close-after-each.js';
import { GoApp, NoRetryError, type GoFunction } from './support/go-app.js';

const SECOND = 1_000;
/** A URL at which nothing listens. The test uses only the app's registration. */
const PYTHON_APP = 'http://127.0.0.1:1/api/inngest';
const done = async (): Promise<string> => 'done';

describe('an app that speaks as the Go SDK does', () => {
  const closing = closeAfterAll();
  let shared: EmbeddedTarget;
  let apps = 0;

  beforeAll(async () => {
    shared = closing(await EmbeddedTarget.start());
  });

  /** Starts an app. Its functions are triggered by the event with the app's name. */
  const start = async (
    functions: readonly Partial<GoFunction>[],
    { target = shared, ...options }: { target?: EmbeddedTarget; isStreaming?: boolean } = {},
  ) => {
    const name = `go-app-${++apps}`;
    const all = functions.map((fn): GoFunction => ({ id: 'fn', event: name, body: done, ...fn }));
    const app = closing(await GoApp.start({ name, inngestUrl: target.url, functions: all, ...options }));
    const api = new InngestApi(target);
    const startedAt = target.clock.now();
    const send = (data: object = {}): Promise<string> => api.send({ name, data });
    const end = async (eventId: string): Promise<Record<string, unknown>> => {
      await target.until(async () => (await api.runsOf(eventId))[0]?.['endedAt'] !== undefined, 'the end');
      return (await api.runsOf(eventId))[0] as Record<string, unknown>;
    };
    return { name, target, app, api, send, end, elapsed: () => target.clock.now() - startedAt };
  };

  describe('registers', () => {
    it.each<[string, Record<string, unknown>]>([
      ['nothing more', {}],
      ['a throttle', { throttle: { burst: 0, limit: 1, period: '5s' } }],
      ['cancellations', { cancel: [{ event: 'stop', if: 'async.data.x == event.data.x' }] }],
      ['what it checkpoints', { checkpoint: { batch_interval: '1s', batch_steps: 3 } }],
      ['a shared limit', { concurrency: { step: [{ limit: 1, key: "'all'", scope: 'Account', hash: '' }] } }],
      [
        'two limits',
        {
          concurrency: {
            step: [
              { limit: 2, scope: 'Fn', hash: '' },
              { limit: 1, key: 'event.data.n', scope: 'Fn', hash: '' },
            ],
          },
        },
      ],
      ['a limit of runs', { concurrency: { fn: [{ limit: 1, key: 'event.data.customer_id', hash: '' }] } }],
      ['a debounce', { debounce: { key: 'event.data.name', period: '5s', timeout: null } }],
      ['a rate limit', { rateLimit: { key: 'event.data.number', limit: 1, period: '1d' } }],
      ['a priority', { priority: { run: 'event.data.priority == "high" ? 5 : 0' } }],
      ['timeouts', { timeouts: { start: '3s', finish: '10s' } }],
      ['a batch', { batchEvents: { maxSize: 5, timeout: '10s', key: null, if: null } }],
      ['a singleton', { Singleton: { key: 'event.data.user', mode: 'skip' } }],
      ['nulls', { idempotency: null, priority: null, cancel: null, batchEvents: null, rateLimit: null }],
    ])('%s', async (_, config) => {
      const { api, name } = await start([{ config }]);
      expect(await api.records(`/api/v2/apps/${name}/functions`)).toHaveLength(1);
    });

    it('with limits that hold', async () => {
      const concurrency = { step: [{ limit: 1, scope: 'Fn', hash: '' }] };
      await expect(
        start([{ config: { concurrency, Singleton: { mode: 'Skip' }, BATCHEVENTS: null } }]),
      ).resolves.toBeDefined();
      await expect(start([{ config: { Singleton: { mode: 'sometimes' } } }])).rejects.toThrow(
        /singleton.mode/,
      );
      await expect(start([{ config: { concurrency: { fn: [{ limit: 0 }] } } }])).rejects.toThrow(
        /fn\[0\].limit/,
      );
    });

    it('how often it tries again, beside its step or in it', async () => {
      const { api, name } = await start([{ retries: 0 }]);
      const [fn] = await api.records(`/api/v2/apps/${name}/functions`);
      expect(fn).toMatchObject({ configuration: { retries: { value: 0, isDefault: false } } });
    });
  });

  it('runs steps, sleeps, waits for events and invokes functions', async () => {
    const { name, target, api, send, end, elapsed } = await start([
      {
        body: async (step, { event }) => {
          const one = await step.run('one', () => 1);
          await step.sleep('nap', '1h30m');
          await step.sleep('over', '-5s');
          const approval = { event: 'approved', timeout: '1m', if: 'async.data.ok == true' };
          const found = await step.waitForEvent('approval', approval);
          const none = await step.waitForEvent('nothing', { event: 'never', timeout: '10s' });
          const user = await step.invoke('other', `${event.name}-other`, { data: null, user: { id: 'u1' } });
          return { one, found: found?.data, none: none ?? null, user, name: event.name };
        },
      },
      { id: 'other', event: 'none', body: async (_, { event }) => event.user },
    ]);
    const id = await send();
    await target.pass(90 * 60 * SECOND);
    await api.send({ name: 'approved', data: { ok: false } });
    await api.send({ name: 'approved', data: { ok: true } });

    expect(await end(id)).toMatchObject({
      status: 'COMPLETED',
      output: { one: 1, found: { ok: true }, none: null, user: { id: 'u1' }, name },
    });
    expect(elapsed()).toBe((90 * 60 + 10) * SECOND);
  });

  it('runs steps side by side, each in a call of its own', async () => {
    const { app, send, end } = await start([
      {
        body: async (step) => {
          const both = await step.parallel(
            () => step.run('a', () => 'A'),
            () => step.run('b', () => 'B'),
          );
          return `${both.join('')}${await step.run('after', () => '!')}`;
        },
      },
    ]);

    expect(await end(await send())).toMatchObject({ status: 'COMPLETED', output: { data: 'AB!' } });
    expect(app.calls.filter(({ target }) => target !== undefined)).toHaveLength(2);
  });

  it('reports steps from inside a call', async () => {
    const { app, send, end } = await start([
      {
        checkpoint: {},
        body: async (step) => (await step.run('a', () => 1)) + (await step.run('b', () => 2)),
      },
    ]);

    expect(await end(await send())).toMatchObject({ status: 'COMPLETED', output: { data: 3 } });
    expect(app.calls).toHaveLength(1);
  });

  it('tries a step again, and handles its error when no try is left', async () => {
    const { app, send, end, elapsed } = await start(
      [
        {
          retries: 2,
          body: (step) =>
            step
              .run('fails', () => Promise.reject(new Error('oh no')))
              .catch((error: Error) => {
                if (error.name === 'StepError') return `caught: ${error.message}`;
                throw error;
              }),
        },
      ],
      { target: closing(await EmbeddedTarget.start({ retryInterval: 1 })) },
    );

    expect(await end(await send())).toMatchObject({ status: 'COMPLETED', output: { data: 'caught: oh no' } });
    expect(app.calls.map(({ ctx }) => ctx.attempt)).toEqual([0, 1, 2, 0]);
    expect(elapsed()).toBe(2 * SECOND);
  });

  it('fails with what the function returned, at once when it says so', async () => {
    const body = async (): Promise<never> => {
      throw new NoRetryError('never');
    };
    const { send, end, app } = await start([{ retries: 1, body }]);

    expect(await end(await send())).toMatchObject({ status: 'FAILED' });
    expect(app.calls).toHaveLength(1);
  });

  it('streams its answers', async () => {
    const { send, end } = await start(
      [{ body: async (step) => `${await step.run('a', () => 1)} streamed` }],
      { isStreaming: true },
    );

    expect(await end(await send())).toMatchObject({ status: 'COMPLETED', output: { data: '1 streamed' } });
  });

  it('limits how many runs have started, also while they sleep', async () => {
    const target = closing(await EmbeddedTarget.start());
    const { api, send, end } = await start(
      [
        {
          config: { concurrency: { fn: [{ limit: 1, key: 'event.data.user', hash: '' }] } },
          body: (step) => step.sleep('nap', '1m'),
        },
      ],
      { target },
    );
    const first = await send({ user: 1 });
    const second = await send({ user: 1 });
    const other = await send({ user: 2 });
    await target.pass(SECOND);
    const statuses = await Promise.all(
      [first, second, other].map(async (id) => (await api.runsOf(id))[0]?.['status']),
    );
    expect(statuses).toEqual(['RUNNING', 'QUEUED', 'RUNNING']);
    expect((await api.runsOf(second))[0]).toMatchObject({
      waiting: { reason: 'waiting for concurrency (1 of 1 runs started)' },
    });

    const { body: activity } = await api.ask('GET', '/api/v2/activity');
    expect(activity).toMatchObject({ data: { functions: [{ heldByConcurrency: 1 }] } });

    await end(second);
    expect((await api.runsOf(first))[0]).toMatchObject({ status: 'COMPLETED' });
    const third = await send({ user: 1 });
    await target.pass(SECOND);
    const [{ id } = { id: '' }] = await api.runsOf(third);
    const fourth = await send({ user: 1 });
    await api.ask('POST', `/api/v2/runs/${String(id)}/cancel`, '{}');
    expect(await end(fourth)).toMatchObject({ status: 'COMPLETED' });
  });

  it('with a key in another spelling than its own registers too: the Python SDK sends "appname"', async () => {
    const { api } = await start([{}]);
    const { status } = await api.ask(
      'POST',
      '/fn/register',
      JSON.stringify({
        appname: 'py-app',
        deploy_type: 'ping',
        framework: 'flask',
        sdk: 'inngest-py:v0.5.18',
        url: PYTHON_APP,
        v: '0.1',
        functions: [
          {
            id: 'py-app-fn',
            name: 'fn',
            batchEvents: { maxSize: 2, timeout: '10s', key: '' },
            steps: { step: { id: 'step', name: 'step', runtime: { type: 'http', url: PYTHON_APP } } },
            triggers: [{ event: 'go', expression: '' }],
          },
        ],
      }),
    );

    expect(status).toBe(200);
    expect(await api.records('/api/v2/apps/py-app/functions')).toHaveLength(1);
  });
});
