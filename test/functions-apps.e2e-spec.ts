import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeAfterEach } from './support/close-after-each.js';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { returned, SdkApp, startFunctions, type Define } from './support/sdk-functions.js';
import { itSlowly } from './support/slow-tests.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const nothing: Define = () => [];

describe('Apps', () => {
  const closing = closeAfterEach();

  /** A server with one app that has no functions, so that each test defines all functions. */
  const start = async (options: Parameters<typeof startFunctions>[1] = {}): Promise<InngestHarness> =>
    closing(await startFunctions(nothing, options));

  const working =
    (options: object, triggers: object = { event: 'go' }): Define =>
    (app, clock) => [
      app.createFunction({ id: 'fn', triggers, ...options } as never, async ({ step }) => {
        await step.run('work', () => clock.sleep(MINUTE));
        return app.id;
      }),
    ];

  const send = (inngest: InngestHarness, count: number): Promise<string[]> =>
    inngest.send(...Array.from({ length: count }, (_, n) => ({ name: 'go', data: { n } })));

  const startMinutes = async (inngest: InngestHarness): Promise<number[]> =>
    inngest.starts(await inngest.allRuns()).map((at) => at / MINUTE);

  describe('side by side', () => {
    it('may have functions with the same id', async () => {
      const inngest = await start();
      closing(await SdkApp.start(inngest, 'one', working({})));
      closing(await SdkApp.start(inngest, 'two', working({})));
      const [id] = await send(inngest, 1);
      await inngest.ended(id);

      expect(new Set((await inngest.runs(id)).map(returned))).toEqual(new Set(['one', 'two']));
    });

    itSlowly('register in-band, too', async () => {
      const inngest = await start();
      closing(await SdkApp.start(inngest, 'one', working({}), { inBand: true }));
      const [id] = await send(inngest, 1);

      expect(returned(await inngest.ended(id))).toBe('one');
    });
  });

  describe('that would share the id of a function', () => {
    const one =
      (id: string): Define =>
      (app) => [app.createFunction({ id, triggers: { event: 'go' } }, () => app.id)];

    it('conflict: the second is refused with an error that names the first, which goes on', async () => {
      const inngest = await start();
      closing(await SdkApp.start(inngest, 'a', one('b-c')));

      await expect(SdkApp.start(inngest, 'a-b', one('c'))).rejects.toThrow(
        /Function "a-b-c" cannot be registered: the app "a" at http:\/\/localhost:\d+\/api\/inngest has a function with the same id/,
      );
      const [id] = await send(inngest, 1);
      expect(returned(await inngest.ended(id))).toBe('a');
    });

    it('may take over the function when the other app has removed it, or at the same address', async () => {
      const inngest = await start();
      const first = closing(await SdkApp.start(inngest, 'a', one('b-c')));
      await first.become('a-b', one('c'));
      await first.become('a-b', nothing);
      closing(await SdkApp.start(inngest, 'a', one('b-c')));
      const [id] = await send(inngest, 1);

      expect(returned(await inngest.ended(id))).toBe('a');
    });
  });

  describe('that change their functions', () => {
    it('are triggered by the new triggers, and not by the old ones', async () => {
      const inngest = await start();
      const app = closing(await SdkApp.start(inngest, 'app', working({})));
      await app.become('app', working({}, { event: 'other' }));
      const [old, changed] = await inngest.send({ name: 'go' }, { name: 'other' });
      await inngest.allEnded();

      expect(await inngest.runs(old)).toHaveLength(0);
      expect(await inngest.runs(changed)).toHaveLength(1);
    });

    it('go on with the new code', async () => {
      const inngest = await start();
      const version =
        (n: number): Define =>
        (app) => [
          app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
            const first = await step.run('first', () => n);
            await step.sleep('rest', '1h');
            return [first, await step.run(`last of ${n}`, () => n)];
          }),
        ];
      const app = closing(await SdkApp.start(inngest, 'app', version(1)));
      const [id] = await send(inngest, 1);
      await inngest.clock.settled();
      await app.become('app', version(2));

      expect(returned(await inngest.ended(id))).toEqual([1, 2]);
    });

    it('fail the runs of a removed function, with the reason', async () => {
      const inngest = await start();
      const app = closing(await SdkApp.start(inngest, 'app', working({ concurrency: 1, retries: 1 })));
      const ids = await send(inngest, 2);
      await inngest.clock.settled();
      await app.become('app', nothing);
      await inngest.allEnded();

      const runs = await Promise.all(ids.map((id) => inngest.run(id)));
      expect(runs.map((run) => run.status).toSorted()).toEqual(['COMPLETED', 'FAILED']);
      const failed = runs.find((run) => run.status === 'FAILED');
      expect(failed?.output).toMatchObject({
        message: 'The function "app-fn" is not registered by its app any more.',
      });
      expect(await inngest.attempts(failed as Run, 'Finalization')).toHaveLength(2);
    });

    it('go on with the runs of a function that was removed for a while', async () => {
      const inngest = await start();
      const app = closing(await SdkApp.start(inngest, 'app', working({ retries: 3 })));
      await app.become('app', working({ retries: 3 }));
      const [id] = await send(inngest, 1);
      await inngest.clock.settled();
      await app.become('app', nothing);
      await inngest.advance(5 * SECOND);
      await app.become('app', working({ retries: 3 }));

      expect((await inngest.ended(id)).status).toBe('COMPLETED');
    });
  });

  describe('that change limits', () => {
    const change = async (before: object, after: object): Promise<InngestHarness> => {
      const inngest = await start();
      const app = closing(await SdkApp.start(inngest, 'app', working(before)));
      await send(inngest, 10);
      await inngest.advance(1.5 * MINUTE);
      await app.become('app', working(after));
      await inngest.allEnded();
      return inngest;
    };

    it('have runs that wait follow a wider concurrency', async () => {
      const inngest = await change({ concurrency: 1 }, { concurrency: 5 });

      // Two runs had begun one after the other. The second continues beside four new ones. After its end, there is room for one
      // more.
      expect(await startMinutes(inngest)).toEqual([0, 1, 1.5, 1.5, 1.5, 1.5, 2, 2.5, 2.5, 2.5]);
    });

    itSlowly('have runs that wait follow a narrower concurrency', async () => {
      const inngest = await change({ concurrency: 4 }, { concurrency: 1 });

      expect(await startMinutes(inngest)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 3]);
    });

    itSlowly('have runs that wait follow a new key', async () => {
      const inngest = await change(
        { concurrency: 1 },
        { concurrency: { limit: 1, key: 'event.data.n < 4.0 ? "few" : "rest"' } },
      );

      // Eight runs wait: two with one key and six with the other, or one run less with either key.
      const starts = await startMinutes(inngest);
      expect(starts.slice(0, 4)).toEqual([0, 1, 1.5, 1.5]);
      expect(starts.slice(4)).toEqual([2.5, 2.5, 3.5, 4.5, 5.5, 6.5]);
    });

    itSlowly('have runs that wait follow a throttle that is added, and one that is removed', async () => {
      const slow = { throttle: { limit: 1, period: '10m' } };
      const throttled = await change({ concurrency: 1 }, slow);
      const free = await change(slow, {});

      expect(await startMinutes(throttled)).toEqual([
        0,
        1,
        ...Array.from({ length: 8 }, (_, n) => 1.5 + n * 10),
      ]);
      expect(await startMinutes(free)).toEqual([0, ...Array<number>(9).fill(1.5)]);
    });
  });

  describe('that change timeouts', () => {
    const WORK = 20 * MINUTE;
    const slow =
      (timeouts: object | undefined): Define =>
      (app, clock) => [
        app.createFunction(
          { id: 'fn', triggers: { event: 'go' }, concurrency: 1, ...(timeouts && { timeouts }) },
          ({ step }) => step.run('work', () => clock.sleep(WORK)),
        ),
      ];
    const notFinished = (within: string): string => `cancelled: not finished within ${within} of its start`;
    const notStarted = (within: string): string => `cancelled: not started within ${within}`;
    const never = { start: '10m', finish: '15m' };

    // One run executes for 20 minutes and another one waits for it. The timeouts change after 5 minutes.
    it.each([
      ['that go', never, undefined, [undefined, 20], [undefined, 40]],
      ['of no time at all', never, { start: '0s', finish: '0s' }, [undefined, 20], [undefined, 40]],
      [
        'that are longer',
        never,
        { start: '17m', finish: '18m' },
        [notFinished('18 m'), 18],
        [notStarted('17 m'), 17],
      ],
      [
        'that are shorter',
        never,
        { start: '7m', finish: '8m' },
        [notFinished('8 m'), 8],
        [notStarted('7 m'), 7],
      ],
      [
        'that are over already',
        never,
        { start: '2m', finish: '3m' },
        [notFinished('3 m'), 5],
        [notStarted('2 m'), 5],
      ],
      [
        'that come',
        undefined,
        { start: '7m', finish: '8m' },
        [notFinished('8 m'), 8],
        [notStarted('7 m'), 7],
      ],
    ])('have runs that work and wait follow those %s', async (_what, before, after, first, second) => {
      const inngest = await start();
      const app = closing(await SdkApp.start(inngest, 'app', slow(before)));
      const ids = [...(await send(inngest, 1)), ...(await send(inngest, 1))];
      await inngest.advance(5 * MINUTE);

      await app.become('app', slow(after));
      const [working, waiting] = await Promise.all(ids.map((id) => inngest.ended(id)));

      const ends = [working, waiting].map((run) => [run?.reason, inngest.since(run?.endedAt ?? '') / MINUTE]);
      expect(ends).toEqual([first, second]);
    });
  });

  describe('that are renamed', () => {
    itSlowly('take their functions along, and back again', async () => {
      const inngest = await start();
      const app = closing(await SdkApp.start(inngest, 'old', working({})));
      const startedAs = async (): Promise<unknown[]> => {
        const [id] = await send(inngest, 1);
        await inngest.ended(id);
        return (await inngest.runs(id)).map(returned);
      };

      expect(await startedAs()).toEqual(['old']);
      await app.become('new', working({}));
      expect(await startedAs()).toEqual(['new']);
      await app.become('old', working({}));
      expect(await startedAs()).toEqual(['old']);
    });
  });

  describe('that go away', () => {
    it('keep their runs waiting, and fail them in the end with the reason', async () => {
      const inngest = await start();
      const app = await SdkApp.start(inngest, 'shop', working({ retries: 3 }));
      const { url } = app;
      await app.close();
      const [id] = await send(inngest, 1);
      await inngest.clock.settled();
      const waiting = await inngest.run(id);
      const run = await inngest.ended(id);

      expect(waiting).toMatchObject({ status: 'RUNNING', waiting: { attempt: 1 } });
      expect(run.status).toBe('FAILED');
      const { message } = run.output as { message: string };
      expect(message).toContain(`The app "shop" at ${new URL(url).origin} could not be called: `);
      // 15, 30 and 60 s, and up to 30 s more each.
      expect(inngest.elapsed).toBeGreaterThanOrEqual(105 * SECOND);
      expect(inngest.elapsed).toBeLessThan(195 * SECOND);
    });

    itSlowly('finish their runs when they are running again at another address', async () => {
      const inngest = await start();
      const define: Define = (app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
          const first = await step.run('first', () => 1);
          await step.sleep('rest', '1h');
          return first + 1;
        }),
      ];
      const app = await SdkApp.start(inngest, 'app', define);
      const [id] = await send(inngest, 1);
      await inngest.advance(MINUTE);
      await app.close();
      await inngest.advance(HOUR);
      closing(await SdkApp.start(inngest, 'app', define));

      expect(returned(await inngest.ended(id))).toBe(2);
    });
  });

  describe('with a signing key', () => {
    const signingKey = 'signkey-test-' + 'ab'.repeat(16);
    const keys = { client: { signingKey }, server: { signingKey: 'ab'.repeat(16) } };

    it('get signed calls, and sign their requests', async () => {
      const inngest = await start(keys);
      closing(
        await SdkApp.start(
          inngest,
          'app',
          (app) => [
            app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
              const big = await step.run('big', () => 'x'.repeat(4 * 1024 * 1024 - 100));
              await step.sleep('rest', '1s');
              const bigger = await step.run('bigger', () => big);
              await step.sleep('rest more', '1s');
              return bigger.length;
            }),
          ],
          keys.client,
        ),
      );
      const [id] = await send(inngest, 1);

      expect(returned(await inngest.ended(id))).toBe(4 * 1024 * 1024 - 100);
    });

    it('do not register with another key', async () => {
      const inngest = await start(keys);

      await expect(
        SdkApp.start(inngest, 'app', working({}), { signingKey: 'signkey-test-' + 'cd'.repeat(16) }),
      ).rejects.toThrow(/answered 401/);
    });
  });

  describe('that ask for something unsupported', () => {
    const register = async (inngest: InngestHarness, fn: object): Promise<string> => {
      const url = 'http://127.0.0.1:9/api/inngest';
      const step = {
        id: 'step',
        name: 'step',
        runtime: { type: 'http', url: `${url}?fnId=a-fn&stepId=step` },
      };
      const { error } = await inngest.post<{ error: string }>('/fn/register', {
        appName: 'a',
        url,
        functions: [{ id: 'a-fn', name: 'fn', triggers: [{ event: 'go' }], steps: { step }, ...fn }],
      });
      return error;
    };

    // Refused requests change nothing, so one server is enough.
    let strict: InngestHarness;
    beforeAll(async () => {
      strict = await startFunctions(nothing);
    });
    afterAll(() => strict.close());

    it.each([
      [{ sticky: { worker: 1 } }, 'sticky: the embedded Inngest does not support this option'],
      [{ throttle: { limit: 1, period: '1m', smooth: true } }, 'throttle.smooth is unknown'],
      [{ concurrency: [{ limit: 1 }, { limit: 2 }, { limit: 3 }] }, 'at most 2 are allowed'],
      [{ concurrency: { limit: 1, scope: 'env' } }, 'concurrency.key is missing'],
      [{ rateLimit: { limit: 1, period: '48h' } }, 'rateLimit.period must be 1 d or shorter'],
      [{ debounce: { period: '10d' } }, 'debounce.period must be 7 d or shorter'],
      [{ batchEvents: { maxSize: 1, timeout: '10s' } }, 'batchEvents.maxSize must be 2 or more'],
      [
        { batchEvents: { maxSize: 5, timeout: '10s' }, debounce: { period: '1m' } },
        'batchEvents cannot be combined with debounce',
      ],
      [{ singleton: { mode: 'queue' } }, 'singleton.mode must be one of skip, cancel'],
      [{ idempotency: 'event.data.a ?? 1' }, 'idempotency is wrong'],
      [{ cancel: Array.from({ length: 6 }, () => ({ event: 'x' })) }, 'at most 5 are allowed'],
      [{ triggers: [{ event: 'app/us*' }] }, 'a wildcard is allowed only at the end, after "/" or "."'],
      [{ triggers: [{ event: 'go', filter: 'x' }] }, 'triggers[0]: "filter" is unknown'],
      [{ triggers: [{ event: 'go' }, { event: 'go' }] }, 'triggers[1]: repeats an earlier trigger.'],
      [{ triggers: Array.from({ length: 11 }, (_, n) => ({ event: `e${n}` })) }, 'at most 10 are allowed'],
      [{ triggers: [{ cron: '@daily' }] }, 'a schedule has five'],
      [{ triggers: [{ cron: '0 9 * * 1', jitter: '1h' }] }, 'jitter must be 1 s to 5 m, not 1 h.'],
      [
        {
          steps: {
            step: {
              id: 'step',
              name: 'step',
              runtime: { type: 'http', url: 'http://x' },
              retries: { attempts: 21 },
            },
          },
        },
        'retries: must be a whole number from 0 to 20, got 21.',
      ],
      [
        { triggers: [{ event: 'go', expression: { if: 'false' } }] },
        'triggers[0]: expression must be a string',
      ],
      [{ name: 5 }, 'name: must be a string'],
      [
        { steps: { step: { runtime: { type: 'grpc', url: 'http://x' } } } },
        'runtime.type: must be "http" or "ws", got "grpc"',
      ],
      [
        { steps: { step: { runtime: { type: 'http', url: 'javascript:alert(1)' } } } },
        'runtime.url: "javascript:alert(1)" is not an http(s) URL',
      ],
      [
        { steps: { step: { runtime: { type: 'http', url: 'http://x' }, retries: 3 } } },
        'retries: must be an object with "attempts", got 3',
      ],
      [
        { steps: { step: { id: 'step', name: 'step', runtime: { type: 'ws', url: 'http://x' } } } },
        'runtime.url: "http://x" is not a ws(s) URL',
      ],
    ])('are refused: %j', async (fn, words) => {
      const error = await register(strict, fn);

      expect(error).toContain('Function "a-fn" cannot be registered');
      expect(error).toContain(words);
      expect(error).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/);
    });

    it.each([
      ['POST', '/v1/checkpoint', 'Durable endpoints'],
      ['POST', '/v1/checkpoint/01M84AQTH1JX3J5VMQRYGX5W51/steps', 'Durable endpoints'],
      ['GET', '/v1/http/runs/01M84AQTH1JX3J5VMQRYGX5W51/output', 'Durable endpoints'],
      ['POST', '/v1/realtime/publish/tee', 'Streaming out of a run'],
      ['GET', '/v1/realtime/sse', 'Streaming out of a run'],
      ['POST', '/v1/runs/01M84AQTH1JX3J5VMQRYGX5W51/metadata', 'Metadata and scores'],
      ['POST', '/v1/traces/userland', 'Extended traces'],
    ])('get an error that names the feature: %s %s', async (method, path, feature) => {
      const answer = await fetch(strict.server.url + path, { method });

      expect(answer.status).toBe(501);
      const { error, status } = (await answer.json()) as { error: string; status: number };
      expect(status).toBe(501);
      expect(error).toMatch(new RegExp(`^${feature}: not available on the embedded Inngest`));
      expect(error).toContain('INNGEST_URL');
    });

    it('have such a run fail, with an error that names the feature', async () => {
      const inngest = await start();
      const ops = [{ op: 'Teleport', id: 'abc', displayName: 'beam me up' }];
      const server = createServer((_request, response) => {
        response.writeHead(206, { 'content-type': 'application/json', 'x-inngest-sdk': 'x:v1' });
        response.end(JSON.stringify(ops));
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      closing({
        close: async () => {
          server.closeAllConnections();
          server.close();
          await once(server, 'close');
        },
      });
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/x`;
      const step = { id: 'step', name: 'step', runtime: { type: 'http', url } };
      await inngest.post('/fn/register', {
        appName: 'a',
        url,
        functions: [{ id: 'a-fn', name: 'fn', triggers: [{ event: 'go' }], steps: { step } }],
      });
      const [id] = await send(inngest, 1);

      const run = await inngest.ended(id);
      expect(run.status).toBe('FAILED');
      expect((run.output as { message: string }).message).toContain(
        'The embedded Inngest does not support "Teleport" (step "beam me up").',
      );
    });
  });
});
