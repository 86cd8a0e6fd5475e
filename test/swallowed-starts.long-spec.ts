import { referenceFunction, type InngestFunction } from 'inngest';
import { openDriver } from '../src/embedded/store/driver/open-driver.js';
import { Durable } from './support/durable.js';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { returned, SdkApp, startFunctions, type Define } from './support/sdk-functions.js';

const MINUTE = 60 * 1_000;
const HOUR = 60 * MINUTE;

/** The options of a function, besides its id and triggers. */
type Options = Omit<Parameters<Parameters<Define>[0]['createFunction']>[0], 'id' | 'triggers'>;

describe('A step that invokes a function whose start is swallowed', () => {
  let inngest: InngestHarness;

  afterEach(() => inngest.close());

  /**
   * Starts a `callee`, which sleeps for `event.data.sleep` if given, and a `caller`, which returns the outcome of its invocation.
   */
  const start = async (options: Options, triggers: object[] = []): Promise<void> => {
    inngest = await startFunctions((app) => {
      const callee = app.createFunction(
        { ...options, id: 'callee', triggers } as never,
        async ({ event, step }) => {
          const { sleep } = event.data as { sleep?: string };
          if (sleep !== undefined) await step.sleep('rest', sleep);
          return 'done';
        },
      );
      return [callee, caller(app, callee)];
    });
  };

  const caller = (app: Parameters<Define>[0], callee: InngestFunction.Any): InngestFunction.Any =>
    app.createFunction({ id: 'caller', triggers: { event: 'call' }, retries: 0 }, ({ step, event }) =>
      step
        .invoke('ask', { function: callee as never, data: event.data as never })
        .catch((error: Error) => error.message),
    );

  const call = async (data: Record<string, unknown> = {}): Promise<string | undefined> => {
    const [id] = await inngest.send({ name: 'call', data });
    await inngest.clock.settled();
    return id;
  };
  const answer = async (eventId: string | undefined): Promise<unknown> =>
    returned(await inngest.ended(eventId));
  const callees = async (): Promise<Run[]> =>
    (await inngest.allRuns()).filter((run) => run.function.id === 'callee').toReversed();

  it('is told when a later invocation supersedes a debounced one', async () => {
    await start({ debounce: { period: '10m' } });
    const first = await call();
    const second = await call();

    expect(await answer(first)).toMatch(/^"test-callee" was not run: skipped: debounced, the later event/);
    expect(inngest.elapsed).toBeLessThan(MINUTE);
    expect(await answer(second)).toBe('done');
    expect(inngest.elapsed).toBe(10 * MINUTE);
  });

  it('is told when an ordinary event supersedes a debounced invocation', async () => {
    await start({ debounce: { period: '10m' } }, [{ event: 'go' }]);
    const first = await call();
    await inngest.send({ name: 'go', data: {} });

    expect(await answer(first)).toContain('debounced, the later event');
    expect(inngest.elapsed).toBeLessThan(MINUTE);
  });

  it('is told when the debounce is over and a singleton is active', async () => {
    await start({ debounce: { period: '10m' }, singleton: { mode: 'skip' } });
    const first = await call({ sleep: '1h' });
    await inngest.advance(11 * MINUTE);
    const second = await call();

    expect(await answer(second)).toMatch(/^"test-callee" was not run: skipped: run \w+ of this singleton/);
    expect(inngest.elapsed).toBe(21 * MINUTE);
    expect(await answer(first)).toBe('done');
  });

  it('is told when a singleton is active', async () => {
    await start({ singleton: { mode: 'skip' } });
    await call({ sleep: '1h' });

    expect(await answer(await call())).toContain('of this singleton is active');
    expect(inngest.elapsed).toBe(0);
  });

  it('is told when the next run of a singleton cancels its own', async () => {
    await start({ singleton: { mode: 'cancel' } });
    const first = await call({ sleep: '1h' });
    const second = await call();

    expect(await answer(first)).toBe('The invoked function was cancelled.');
    expect(await answer(second)).toBe('done');
    expect(inngest.elapsed).toBe(0);
  });

  it.each([
    ['a rate limit', { rateLimit: { limit: 1, period: '1h' } }, 'rate limited to 1 per 1 h until'],
    ['idempotency', { idempotency: 'event.data.id' }, 'duplicate of run'],
    [
      'a rate limit whose key fails',
      { rateLimit: { limit: 1, period: '1h', key: 'int(event.data.id)' } },
      'expression failed',
    ],
  ] satisfies [string, Options, string][])('is told of %s', async (_, options, words) => {
    await start(options);
    await call({ id: 'a' });

    expect(await answer(await call({ id: 'a' }))).toContain(words);
    expect(inngest.elapsed).toBe(0);
  });

  it.each([
    ['that of the batch', 'true', 'done'],
    ['its own, as it does not belong to one', 'false', 'done'],
  ])('gets the result of its run: %s', async (_, condition, result) => {
    await start({ batchEvents: { maxSize: 2, timeout: '60s', if: condition } });
    const ids = [await call(), await call()];

    expect(await Promise.all(ids.map(answer))).toEqual([result, result]);
    expect(inngest.elapsed).toBe(0);
  });

  it('gets the result although the condition of no trigger holds', async () => {
    await start({}, [{ event: 'go', if: 'event.data.n == 1' }]);

    expect(await answer(await call())).toBe('done');
  });

  it('gets the result late when a throttle holds the run back', async () => {
    await start({ throttle: { limit: 1, period: '1h' } });
    const [first, second] = [await call(), await call()];

    expect([await answer(first), await answer(second)]).toEqual(['done', 'done']);
    expect(inngest.elapsed).toBe(HOUR);
  });

  it('is told when the run does not start in time', async () => {
    await start({ concurrency: 1, timeouts: { start: '5m' }, throttle: { limit: 1, period: '1h' } });
    await call();
    const second = await call();

    expect(await answer(second)).toBe('The invoked function was cancelled.');
    expect(inngest.elapsed).toBe(5 * MINUTE);
  });

  it('is told when the run is cancelled before it starts', async () => {
    await start({ throttle: { limit: 1, period: '1h' } });
    await call();
    const second = await call();
    const queued = (await callees()).find((run) => run.status === 'QUEUED');
    await inngest.post(`/api/v2/runs/${queued?.id}/cancel`);

    expect(await answer(second)).toBe('The invoked function was cancelled.');
    expect(inngest.elapsed).toBe(0);
  });

  it('is told when an event cancels the run before it starts', async () => {
    await start({ throttle: { limit: 1, period: '1h' }, cancelOn: [{ event: 'stop' }] });
    await call();
    const second = await call();
    await inngest.send({ name: 'stop', data: {} });

    expect(await answer(second)).toBe('The invoked function was cancelled.');
    expect(inngest.elapsed).toBe(0);
  });

  describe('and whose app no longer registers it', () => {
    /** The callee belongs to another app, which then registers without it. */
    const startAndRemove = async (options: Options, ids: number): Promise<(string | undefined)[]> => {
      inngest = await startFunctions((app) => [
        caller(app, referenceFunction({ appId: 'other', functionId: 'callee' }) as never),
      ]);
      const idle: Define = (app) => [app.createFunction({ id: 'idle' }, () => undefined)];
      const other = await SdkApp.start(inngest, 'other', (app) => [
        ...idle(app, inngest.clock),
        app.createFunction({ ...options, retries: 0, id: 'callee' }, () => 'done'),
      ]);
      others.push(other);
      const sent: (string | undefined)[] = [];
      while (sent.length < ids) sent.push(await call());
      await other.become('other', idle);
      return sent;
    };
    const others: SdkApp[] = [];

    afterEach(() => Promise.all(others.splice(0).map((other) => other.close())));

    it.each([
      ['before its debounce is over', { debounce: { period: '10m' } }, 1],
      ['before its batch is full', { batchEvents: { maxSize: 3, timeout: '60s' } }, 2],
      ['while a throttle holds its run back', { throttle: { limit: 1, period: '1h' } }, 2],
    ] satisfies [string, Options, number][])('is told when that happens %s', async (_, options, count) => {
      const ids = await startAndRemove(options, count);

      expect(await answer(ids.at(-1))).toBe(
        'The function "other-callee" is not registered by its app any more.',
      );
    });
  });

  it.each([
    ['debounced', { debounce: { period: '10m' } }],
    ['collected into a batch', { batchEvents: { maxSize: 3, timeout: '60s' } }],
  ] satisfies [string, Options][])(
    'is told when it was %s and this version of the server cannot read the function',
    async (_, options) => {
      const durable = new Durable();
      inngest = await durable.start((app) => [
        caller(app, referenceFunction({ appId: 'other', functionId: 'callee' }) as never),
      ]);
      const other = await durable.startApp('other', (app) => [
        app.createFunction({ ...options, id: 'callee' }, () => 'done'),
      ]);
      const id = await call();
      const file = openDriver(durable.dataFile);
      file.exec(`UPDATE function SET config = '{"triggers":5}' WHERE slug = 'other-callee'`);
      file.close();
      // Otherwise this app would register the function again.
      await other.close();
      await durable.crash();

      expect(await answer(id)).toMatch(/^"other-callee" was not run: .*its app no longer registers it$/);
    },
  );
});
