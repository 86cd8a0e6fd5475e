import { Inngest, RetryAfterError } from 'inngest';
import { SystemClock } from '../clock/index.js';
import { createTestServer, type TestServer } from './index.js';

const HOUR = 60 * 60 * 1_000;

/** A logger for the SDK that prints nothing: functions fail on purpose here. */
const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };

const newClient = (id = 'shop'): Inngest => new Inngest({ id, logger: silent });

const open: TestServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

async function start(...options: Parameters<typeof createTestServer>): Promise<TestServer> {
  const server = await createTestServer(...options);
  open.push(server);
  return server;
}

describe('run', () => {
  it('lets the time pass that the run takes, and gives it with its steps and attempts', async () => {
    const server = await start();
    const client = newClient();
    let failures = 1;
    const order = client.createFunction(
      { id: 'order', triggers: { event: 'ordered' } },
      async ({ event, step }) => {
        const total = await step.run('charge', () => {
          if (failures-- > 0) throw new Error('card declined');
          return event.data.price * 2;
        });
        await step.sleep('cool-down', '24h');
        return step.run('ship', () => [total]);
      },
    );
    await server.serve(client, [order]);

    const run = await server.run({ name: 'ordered', data: { price: 21 } });

    expect(run).toMatchObject({
      function: 'order',
      status: 'COMPLETED',
      output: [42],
      events: [{ name: 'ordered', data: { price: 21 } }],
      steps: [
        {
          name: 'charge',
          op: 'RUN',
          status: 'COMPLETED',
          data: 42,
          attempts: [
            { number: 0, status: 'FAILED', error: { message: 'card declined' } },
            { number: 1, status: 'COMPLETED' },
          ],
        },
        { name: 'cool-down', op: 'SLEEP', data: null, attempts: [] },
        { name: 'ship', data: [42], attempts: [{ number: 0, status: 'COMPLETED' }] },
      ],
    });
    expect(server.elapsed).toBeGreaterThan(24 * HOUR);
    expect(server.elapsed).toBeLessThan(24 * HOUR + 60_000);
  });

  it('gives what the function returned as it is, also an object that has only "data"', async () => {
    const server = await start();
    const client = newClient();
    await server.serve(client, [
      client.createFunction({ id: 'wrap', triggers: { event: 'wrap' } }, () => ({ data: { data: 1 } })),
    ]);

    expect((await server.run('wrap')).output).toEqual({ data: { data: 1 } });
  });

  it('gives the error of a run that failed', async () => {
    const server = await start();
    const client = newClient();
    await server.serve(client, [
      client.createFunction({ id: 'fail', retries: 1, triggers: { event: 'fail' } }, () => {
        throw new Error('no luck');
      }),
    ]);

    const run = await server.run('fail');

    expect(run).toMatchObject({ status: 'FAILED', output: undefined, error: { message: 'no luck' } });
    expect(run.attempts.map(({ status }) => status)).toEqual(['FAILED', 'FAILED']);
  });

  it('waits for the function that is named only, and refuses to choose', async () => {
    const server = await start();
    const client = newClient();
    await server.serve(client, [
      client.createFunction({ id: 'quick', triggers: { event: 'x' } }, () => 'quick'),
      client.createFunction({ id: 'slow', triggers: { event: 'x' } }, ({ step }) => step.sleep('nap', '1h')),
    ]);

    await expect(server.run('x', { function: 'quick' })).resolves.toMatchObject({ output: 'quick' });
    expect(server.elapsed).toBe(0);
    await expect(server.run('x')).rejects.toThrow(
      'The event "x" started runs of several functions: quick, slow. Name one: run(event, { function: "…" }).',
    );
  });

  it('says why an event started no run, and what a run waits for that does not end', async () => {
    const server = await start();
    const client = newClient();
    await server.serve(client, [
      client.createFunction({ id: 'wait', triggers: { event: 'wait' } }, ({ step }) =>
        step.waitForEvent('approval', { event: 'approved', timeout: '2d' }),
      ),
      client.createFunction(
        { id: 'limited', triggers: { event: 'limited' }, rateLimit: { limit: 1, period: '1h' } },
        () => 'done',
      ),
    ]);

    await expect(server.run('unknown')).rejects.toThrow(
      'The event "unknown" started no run: no served function has a trigger that matches it.',
    );
    await server.run('limited');
    await expect(server.run('limited')).rejects.toThrow(/started no run\. "limited": .*rate limit/);
    await expect(server.run('wait', { within: '1h' })).rejects.toThrow(
      /^The event "wait" started a run that has not ended: "wait" has not ended: it is waiting for an event \(step "approval"\)\./,
    );
  });
});

describe('the clock', () => {
  it('stands still unless moved, and is each server’s own', async () => {
    const [one, other] = await Promise.all([start({ now: 0 }), start({ now: new Date('2030-01-01') })]);
    const client = newClient();
    const woken: number[] = [];
    await one.serve(client, [
      client.createFunction({ id: 'nap', triggers: { event: 'nap' } }, async ({ step }) => {
        await step.sleep('nap', '1h');
        await step.run('note', () => woken.push(one.elapsed));
      }),
    ]);
    await one.send({ name: 'nap' });

    await one.advance('59m');
    expect(woken).toEqual([]);
    await one.advance(60_000);
    expect(woken).toEqual([HOUR]);
    expect(one.clock.now()).toBe(HOUR);
    expect(other.clock.now()).toBe(Date.parse('2030-01-01'));
  });

  it('moves until a condition holds, and no further than it may', async () => {
    const server = await start();
    const client = newClient();
    let naps = 0;
    await server.serve(client, [
      client.createFunction({ id: 'nap', triggers: { event: 'nap' } }, async ({ step }) => {
        for (let i = 0; i < 3; i++) await step.sleep(`nap-${i}`, '1h').then(() => (naps = i + 1));
      }),
    ]);
    await server.send({ name: 'nap' });

    await server.until(() => naps >= 2);
    expect(server.elapsed).toBe(2 * HOUR);
    await expect(server.until(() => naps > 5, { within: '10m' })).rejects.toThrow('within 600000 ms');
    await expect(server.until(() => naps > 5)).rejects.toThrow('Nothing is due any more');
  });

  it.each([[{ now: Number.NaN }], [{ now: new Date('no') }], [{ retryIntervalMs: -1 }]])(
    'refuses to start with %p',
    async (options) => {
      await expect(createTestServer(options)).rejects.toThrow(RangeError);
    },
  );

  it.each(['1 hour', -1, 1.5])('refuses to move by %p', async (time) => {
    const server = await start();
    await expect(server.advance(time)).rejects.toThrow();
  });
});

describe('moments of the wall clock, which code in functions takes', () => {
  it('do not keep events waiting that the SDK sends', async () => {
    const server = await start({ now: Date.parse('2001-01-01') });
    const client = newClient();
    const received: unknown[] = [];
    await server.serve(client, [
      client.createFunction({ id: 'f', triggers: { event: 'sent' } }, ({ event }) => received.push(event.ts)),
    ]);

    await client.send({ name: 'sent' });
    await server.allEnded();

    expect(received).toHaveLength(1);
    expect(server.elapsed).toBe(0);
    expect(received[0]).toBeGreaterThan(Date.parse('2000-12-31'));
    expect(received[0]).toBeLessThanOrEqual(server.clock.now());
  });

  it('name a retry as far ahead as they are on the wall clock', async () => {
    const server = await start({ now: 0 });
    const client = newClient();
    let failures = 1;
    await server.serve(client, [
      client.createFunction({ id: 'f', triggers: { event: 'f' } }, () => {
        if (failures-- > 0) throw new RetryAfterError('later', new Date(new SystemClock().now() + HOUR));
      }),
    ]);

    await server.run('f');

    expect(Math.abs(server.elapsed - HOUR)).toBeLessThan(10_000);
  });

  it('but the ts of an event that the test sends is on the server’s clock', async () => {
    const server = await start({ now: 0 });
    const client = newClient();
    await server.serve(client, [client.createFunction({ id: 'f', triggers: { event: 'f' } }, () => 1)]);

    await server.run({ name: 'f', ts: 2 * HOUR });

    expect(Math.abs(server.elapsed - 2 * HOUR)).toBeLessThan(10_000);
  });
});

it('waits before retries as long as it is told', async () => {
  const server = await start({ retryIntervalMs: 5_000 });
  const client = newClient();
  let failures = 2;
  await server.serve(client, [
    client.createFunction({ id: 'f', triggers: { event: 'f' } }, () => {
      if (failures-- > 0) throw new Error('again');
    }),
  ]);

  await server.run('f');

  expect(server.elapsed).toBe(10_000);
});

it('forgets everything on reset, and serves on at the same URL', async () => {
  const server = await start();
  const client = newClient();
  let runs = 0;
  await server.serve(client, [
    client.createFunction(
      { id: 'once', triggers: { event: 'x' }, idempotency: 'event.data.id' },
      ({ step }) => step.run('count', () => ++runs),
    ),
  ]);
  const { url } = server;
  await server.run({ name: 'x', data: { id: 1 } });
  server.failStep('count', Infinity);
  await server.advance('1h');

  await server.reset();

  expect(await server.allRuns()).toEqual([]);
  expect([server.url, server.elapsed]).toEqual([url, 0]);
  const run = await server.run({ name: 'x', data: { id: 1 } });
  expect(run).toMatchObject({ status: 'COMPLETED', output: 2, steps: [{ attempts: [{ number: 0 }] }] });
});

it('is of no use after close, which may be called twice', async () => {
  const server = await start();
  await server.close();
  await server.close();

  for (const use of [
    () => server.serve(newClient(), []),
    () => server.run('x'),
    () => server.reset(),
    () => server.register('http://localhost'),
    () => server.replay({ event: { name: 'x' }, steps: [] }, []),
  ]) {
    await expect(use()).rejects.toThrow('This test server is closed. Create another one');
  }
});
