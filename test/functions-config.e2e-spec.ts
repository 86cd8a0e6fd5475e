import { RetryAfterError, type GetFunctionInput, type Inngest } from 'inngest';
import type { InngestHarness } from '../src/testing/nest.js';
import { returned, startFunctions, type Define } from './support/sdk-functions.js';
import { cases, itSlowly } from './support/slow-tests.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The options of a function, besides its id and triggers. */
type Options = Omit<Parameters<Parameters<Define>[0]['createFunction']>[0], 'id' | 'triggers'>;

/** The arguments of a function. */
type Context = GetFunctionInput<Inngest.Any>;

describe('Configuration of functions', () => {
  let inngest: InngestHarness;

  afterEach(() => inngest.close());

  /** A function `fn` that executes for `event.data.work` milliseconds, by default for a minute. */
  const worker =
    (options: Options, id = 'fn'): Define =>
    (app, clock) => [
      app.createFunction({ ...options, id, triggers: { event: 'go' } } as never, async ({ event, step }) => {
        await step.run('work', () => clock.sleep((event.data.work as number | undefined) ?? MINUTE));
      }),
    ];

  const start = async (...defines: Define[]): Promise<void> => {
    inngest = await startFunctions((app, clock) => defines.flatMap((define) => define(app, clock)));
  };

  const send = (...data: Record<string, unknown>[]): Promise<string[]> =>
    inngest.send(...data.map((one) => ({ name: 'go', data: one })));

  /** The number of runs that each of these events has started. */
  const counts = (ids: readonly string[]): Promise<number[]> =>
    Promise.all(ids.map(async (id) => (await inngest.runs(id)).length));

  /** The largest number of these runs, of one call each, that executed at the same time. */
  const mostAtOnce = (going: readonly { startedAt?: string; endedAt?: string }[]): number => {
    const changes = going.flatMap(({ startedAt = '', endedAt = '' }) => [
      { at: inngest.since(startedAt), by: 1 },
      { at: inngest.since(endedAt), by: -1 },
    ]);
    changes.sort((a, b) => a.at - b.at || a.by - b.by);
    let now = 0;
    return Math.max(...changes.map(({ by }) => (now += by)));
  };

  it('idempotency: once per key in 24 hours, for each function', async () => {
    await start(worker({ idempotency: 'event.data.id' }), worker({ idempotency: 'event.data.id' }, 'other'));

    const first = await send({ id: 'a' }, { id: 'a' }, { id: 'b' }, {}, {});
    await inngest.advance(DAY - MINUTE);
    const second = await send({ id: 'a' });
    await inngest.advance(2 * MINUTE);
    const third = await send({ id: 'a' });
    await inngest.allEnded();

    expect(await counts([...first, ...second, ...third])).toEqual([2, 0, 2, 2, 2, 0, 2]);
  });

  it('idempotency: a duplicate is stored, and starts no run', async () => {
    await start(worker({ idempotency: 'event.data.id' }));

    const [, id] = await send({ id: 'a' }, { id: 'a' });
    await inngest.allEnded();

    expect(await inngest.get(`/v1/events/${id}`)).toMatchObject({ data: { id, data: { id: 'a' } } });
    expect(await inngest.get(`/v1/events/${id}/runs`)).toMatchObject({ data: [] });
    expect(await inngest.get(`/api/v2/events/${id}/runs`)).not.toHaveProperty('data');
    expect(await inngest.allRuns()).toHaveLength(1);
  });

  it('rateLimit: events above the limit start no run', async () => {
    await start(worker({ rateLimit: { limit: 1, period: '10m', key: 'event.data.user' } }));

    const first = await send({ user: 1 }, { user: 1 }, { user: 2 });
    await inngest.advance(10 * MINUTE);
    const second = await send({ user: 1 });
    await inngest.allEnded();

    expect(await counts([...first, ...second])).toEqual([1, 0, 1, 1]);
  });

  it('throttle: runs above the limit start later, for each key separately', async () => {
    await start(worker({ throttle: { limit: 1, period: '1m', burst: 1, key: 'event.data.user' } }));

    await send(...Array.from({ length: 8 }, (_, n) => ({ user: n % 2, work: 0 })));
    await inngest.allEnded();

    const minutes = inngest.starts(await inngest.allRuns()).map((at) => at / MINUTE);
    expect(minutes).toEqual([0, 0, 0, 0, 1, 1, 2, 2]);
  });

  describe('concurrency', () => {
    it('limits the calls at the same time, of a function as a whole and of each key', async () => {
      await start(worker({ concurrency: [{ limit: 5 }, { limit: 2, key: 'event.data.user' }] }));

      const ids = await send(...Array.from({ length: 24 }, (_, n) => ({ user: n % 4 })));
      await inngest.allEnded();

      const runs = await Promise.all(ids.map((id) => inngest.run(id)));
      expect(mostAtOnce(runs)).toBe(5);
      for (const user of [0, 1, 2, 3]) {
        const ofUser = runs.filter((_, n) => n % 4 === user);
        expect(mostAtOnce(ofUser)).toBeLessThanOrEqual(2);
      }
    });

    it.each(cases(['env'] as const, ['account'] as const))(
      'limits functions together in the scope %s',
      async (scope) => {
        const options: Options = { concurrency: { limit: 3, scope, key: '"shared"' } };
        await start(worker(options, 'a'), worker(options, 'b'), worker({}, 'free'));

        await send(...Array.from({ length: 6 }, () => ({})));
        await inngest.allEnded();

        const runs = await inngest.allRuns();
        const limited = runs.filter((run) => run.function.id !== 'free');
        expect(mostAtOnce(limited)).toBe(3);
        expect(mostAtOnce(runs.filter((run) => run.function.id === 'free'))).toBe(6);
        expect(inngest.elapsed).toBe(4 * MINUTE);
      },
    );

    it.each<[string, (context: Context) => Promise<unknown>]>([
      ['sleeps', ({ step }) => step.sleep('rest', '1h')],
      ['waits for an event', ({ step }) => step.waitForEvent('rest', { event: 'never', timeout: '1h' })],
      [
        'waits for the retry of a step',
        ({ step, attempt }) =>
          step.run('rest', () => {
            if (attempt === 0) throw new RetryAfterError('not yet', HOUR);
          }),
      ],
      [
        'waits for its own retry',
        async ({ attempt }) => {
          if (attempt === 0) throw new RetryAfterError('not yet', HOUR);
        },
      ],
    ])('counts no slot for a run that %s', async (_what, rest) => {
      await start((app) => [
        app.createFunction(
          { id: 'fn', triggers: { event: 'go' }, concurrency: { limit: 1 } },
          async (context) => {
            if (context.event.data.rests === true) await rest(context);
          },
        ),
      ]);

      const [resting] = await send({ rests: true });
      await inngest.advance(MINUTE);
      const [other] = await send({});
      const { startedAt, endedAt } = await inngest.ended(other);

      expect([startedAt, endedAt].map((at = '') => inngest.since(at))).toEqual([MINUTE, MINUTE]);
      expect((await inngest.ended(resting)).status).toBe('COMPLETED');
      // Inngest counts the time to a retry from the start of the current second.
      expect(inngest.elapsed).toBeGreaterThan(HOUR - SECOND);
    });
  });

  it('priority: of the waiting runs, those with the highest priority start first', async () => {
    await start(worker({ concurrency: 1, priority: { run: 'int(event.data.priority)' } }));

    const ids = await send({}, { priority: 0 }, { priority: 100 }, { priority: 600 }, { priority: -30 });
    await inngest.allEnded();

    const order = await Promise.all(
      ids.map(async (id) => inngest.since((await inngest.run(id)).startedAt ?? '')),
    );
    expect(order.map((at) => at / MINUTE)).toEqual([2, 3, 1, 0, 4]);
  });

  itSlowly(
    'priority: started runs finish before other runs start, unless those have a higher priority',
    async () => {
      inngest = await startFunctions(
        (app, clock) => [
          app.createFunction(
            {
              id: 'fn',
              triggers: { event: 'go' },
              concurrency: 1,
              priority: { run: 'event.data.urgent == true ? 600 : 0' },
            },
            async ({ step }) => {
              for (const id of ['1', '2', '3']) await step.run(id, () => clock.sleep(MINUTE));
            },
          ),
        ],
        { client: { checkpointing: false } },
      );
      const ids: string[] = [];
      for (let n = 0; n < 3; n++) {
        ids.push(...(await send({})));
        await inngest.advance(1);
      }
      await inngest.advance(1.5 * MINUTE);
      ids.push(...(await send({ urgent: true })));
      await inngest.allEnded();

      const runs = await Promise.all(ids.map((id) => inngest.run(id)));
      const steps = await Promise.all(
        runs.map(async (run, n) =>
          (await inngest.steps(run)).map(({ name, startedAt = '' }) => ({
            what: `run ${n} step ${name}`,
            at: inngest.since(startedAt),
          })),
        ),
      );
      const order = steps
        .flat()
        .filter(({ what }) => !what.endsWith('Finalization'))
        .toSorted((a, b) => a.at - b.at)
        .map(({ what }) => what);
      const all = (n: number): string[] => ['1', '2', '3'].map((step) => `run ${n} step ${step}`);
      expect(order).toEqual([...all(0).slice(0, 2), ...all(3), ...all(0).slice(2), ...all(1), ...all(2)]);
    },
  );

  it('debounce: one run with the last event of a burst, after it, at the latest after the timeout', async () => {
    await start((app) => [
      app.createFunction(
        {
          id: 'fn',
          triggers: { event: 'go' },
          debounce: { period: '1m', timeout: '150s', key: 'event.data.user' },
        },
        ({ event }) => event.data.n as number,
      ),
    ]);

    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      ids.push(...(await send({ user: 1, n }, ...(n === 0 ? [{ user: 2, n: 100 }] : []))));
      await inngest.advance(40 * SECOND);
    }
    await inngest.until(async () => (await inngest.allRuns()).length === 3);

    const runs = (await inngest.allRuns()).toReversed();
    expect(runs.map((run) => [returned(run), inngest.since(run.startedAt ?? '') / SECOND])).toEqual([
      [100, 60],
      [3, 150],
      [4, 220],
    ]);
    expect(ids).toHaveLength(6);
  });

  it('batchEvents: starts full or after the timeout, by key, only with matching events', async () => {
    await start((app) => [
      app.createFunction(
        {
          id: 'fn',
          triggers: { event: 'go' },
          batchEvents: { maxSize: 3, timeout: '60s', key: 'event.data.user', if: 'event.data.n < 100' },
        },
        ({ events }) => events.map((event: { data: Record<string, unknown> }) => event.data['n']),
      ),
    ]);

    await send({ user: 1, n: 1 }, { user: 2, n: 2 }, { user: 1, n: 3 }, { user: 1, n: 100 });
    await inngest.clock.settled();
    await send({ user: 1, n: 4 }, { user: 1, n: 5 });
    await inngest.until(async () => (await inngest.allRuns()).length === 4);
    await inngest.allEnded();

    const runs = (await inngest.allRuns()).toReversed();
    const seen = runs.map((run) => [returned(run), inngest.since(run.startedAt ?? '') / SECOND]);
    expect(seen).toEqual([
      [[100], 0],
      [[1, 3, 4], 0],
      [[2], 60],
      [[5], 60],
    ]);
  });

  describe('singleton', () => {
    it('skips events while a run is active, by key', async () => {
      await start(worker({ singleton: { mode: 'skip', key: 'event.data.user' } }));

      const first = await send({ user: 1 }, { user: 1 }, { user: 2 });
      await inngest.allEnded();
      const second = await send({ user: 1 });
      await inngest.allEnded();

      expect(await counts([...first, ...second])).toEqual([1, 0, 1, 1]);
    });

    it('cancels the active run', async () => {
      await start(worker({ singleton: { mode: 'cancel' } }));

      const ids = await send({});
      await inngest.advance(30 * SECOND);
      ids.push(...(await send({})));
      await inngest.allEnded();

      const runs = await Promise.all(ids.map((id) => inngest.run(id)));
      expect(runs.map((run) => run.status)).toEqual(['CANCELLED', 'COMPLETED']);
      expect(runs[0]?.reason).toBe(`cancelled by run ${runs[1]?.id} of the same singleton`);
    });
  });

  it('timeouts: a run that starts or finishes too late is cancelled', async () => {
    await start(worker({ concurrency: 1, timeouts: { start: '5m', finish: '10m' } }));

    const ids = await send({ work: 4 * MINUTE }, { work: HOUR }, { work: MINUTE });
    await inngest.allEnded();

    const runs = await Promise.all(ids.map((id) => inngest.run(id)));
    expect(runs.map((run) => [run.status, run.reason])).toEqual([
      ['COMPLETED', undefined],
      ['CANCELLED', 'cancelled: not finished within 10 m of its start'],
      ['CANCELLED', 'cancelled: not started within 5 m'],
    ]);
  });

  it('cancelOn: by match, by condition, and until its timeout', async () => {
    const sleeper =
      (cancelOn: Options['cancelOn'], id: string): Define =>
      (app) => [
        app.createFunction({ id, triggers: { event: 'go' }, cancelOn } as never, async ({ step }) => {
          await step.sleep('long', '1d');
        }),
      ];
    await start(
      sleeper([{ event: 'stop', match: 'data.user' }], 'match'),
      sleeper([{ event: 'stop', if: 'async.data.user == event.data.user && async.data.sure' }], 'if'),
      sleeper([{ event: 'stop', match: 'data.user', timeout: '1h' }], 'timeout'),
      sleeper([{ event: 'other' }, { event: 'stop' }], 'any'),
    );
    const [id] = await send({ user: 1 });
    await inngest.advance(2 * HOUR);
    const stop = async (data: Record<string, unknown>): Promise<void> => {
      await inngest.send({ name: 'stop', data });
      await inngest.clock.settled();
    };
    await stop({ user: 2 });
    const states = async (): Promise<Record<string, string>> =>
      Object.fromEntries((await inngest.runs(id)).map((run) => [run.function.id, run.status]));

    expect(await states()).toEqual({ match: 'RUNNING', if: 'RUNNING', timeout: 'RUNNING', any: 'CANCELLED' });
    await stop({ user: 1 });
    expect(await states()).toMatchObject({ match: 'CANCELLED', if: 'RUNNING', timeout: 'RUNNING' });
    await stop({ user: 1, sure: true });
    expect(await states()).toMatchObject({ if: 'CANCELLED', timeout: 'RUNNING' });
    await inngest.allEnded();
    expect(await states()).toMatchObject({ timeout: 'COMPLETED' });
  });

  describe('checkpointing', () => {
    it.each([
      [true, [1]],
      [false, [6]],
      [{ bufferedSteps: 3 }, [1]],
      [{ bufferedSteps: 100, maxInterval: 1 }, [1]],
      // Each call returns after its first or its second step.
      [{ maxRuntime: 1 }, [3, 4, 5, 6, 7]],
    ])('%j gives the same result, with another number of calls', async (checkpointing, expected) => {
      let calls = 0;
      await start((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' }, checkpointing }, async ({ step }) => {
          calls++;
          const results: number[] = [];
          for (let n = 0; n < 5; n++) {
            results.push(
              await step.run(`s${n}`, async () => {
                // The SDK has timers of 1 ms, which cannot use an injected clock. They fire before this one.
                await new Promise((resolve) => setTimeout(resolve, 2));
                return n;
              }),
            );
          }
          return results;
        }),
      ]);
      const [id] = await send({});
      const run = await inngest.ended(id);

      expect(returned(run)).toEqual([0, 1, 2, 3, 4]);
      const names = (await inngest.steps(run)).map(({ name }) => name);
      expect(names.slice(0, 5)).toEqual(['s0', 's1', 's2', 's3', 's4']);
      expect(expected).toContain(calls);
    });
  });

  describe('POST /v1/cancellations', () => {
    const cancel = (fields: Record<string, unknown>): Promise<Record<string, unknown>> =>
      inngest.post('/v1/cancellations', { app_id: 'test', function_id: 'fn', ...fields });

    const iso = (ms: number): string => new Date(inngest.clock.now() - inngest.elapsed + ms).toISOString();

    beforeEach(async () => {
      await start((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
          await step.sleep('long', '1d');
        }),
      ]);
    });

    it('cancels the runs of a function that were queued in a range of time, by a condition', async () => {
      const ids: string[] = [];
      for (let n = 0; n < 4; n++) {
        ids.push(...(await send({ n })));
        await inngest.advance(HOUR);
      }
      const { data } = await cancel({
        started_after: iso(0.5 * HOUR),
        started_before: iso(3.5 * HOUR),
        if: 'event.data.n != 2',
      });

      const states = await Promise.all(ids.map(async (id) => (await inngest.run(id)).status));
      expect(states).toEqual(['RUNNING', 'CANCELLED', 'RUNNING', 'CANCELLED']);
      expect(data).toMatchObject({ function_id: 'test-fn', if: 'event.data.n != 2', kind: 'bulk_run' });
      expect((await inngest.run(ids[1])).reason).toBe(
        `cancelled with others by the cancellation ${(data as { id: string }).id}`,
      );
    });

    it('lists the cancellations, and removes them', async () => {
      const { data } = (await cancel({ started_before: iso(0) })) as { data: { id: string } };
      const list = (): Promise<unknown> => inngest.get('/v1/cancellations');
      const remove = async (id: string): Promise<unknown> =>
        (await fetch(`${inngest.server.url}/v1/cancellations/${id}`, { method: 'DELETE' })).json();

      expect(await list()).toEqual({ data: [data] });
      expect(await remove(data.id)).toEqual({ data: { ok: true } });
      expect(await list()).toEqual({ data: [] });
      expect(await remove(data.id)).toMatchObject({ status: 404, error: 'Cancellation not found' });
      expect(await remove('x')).toMatchObject({ status: 400, error: 'Invalid cancellation ID' });
    });

    it.each([
      [{}, 400, 'started_before is required'],
      [{ app_id: '', started_before: fromNow(0) }, 400, 'app_id is required'],
      [{ started_before: 'soon' }, 400, 'started_before must be a time'],
      [{ started_before: fromNow(HOUR) }, 400, 'started_before must be in the past'],
      [
        { started_before: fromNow(-HOUR), started_after: fromNow(-MINUTE) },
        400,
        'started_after must be before started_before',
      ],
      [{ started_before: fromNow(0), function_id: 'no' }, 404, 'function not found'],
      [{ started_before: fromNow(0), if: 'event.' }, 400, 'invalid expression'],
    ])('refuses %j', async (fields, status, error) => {
      expect(await cancel(fields)).toMatchObject({ status, error: expect.stringContaining(error) });
    });
  });
});

/** A time this many milliseconds from now. The clock of a test starts at the machine's time. */
function fromNow(ms: number): string {
  return new Date(Date.now() + ms).toISOString();
}
