import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { referenceFunction } from 'inngest';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { clientModes } from './support/client-mode.js';
import { returned, SdkApp, startFunctions, type Define } from './support/sdk-functions.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe.each(clientModes())('Step tools ($checkpointing)', (client) => {
  let inngest: InngestHarness;
  let served: SdkApp;
  let startedAt: number;

  beforeAll(async () => {
    inngest = await startFunctions(() => []);
    served = await SdkApp.listen(inngest, 'app', () => []);
  });

  afterAll(async () => {
    await inngest.close();
    await served.close();
  });

  /** Replaces the functions of the last test by these. */
  const start = async (define: Define): Promise<void> => {
    await served.become('app', define, client);
    startedAt = inngest.clock.now();
  };

  /** Virtual milliseconds since the start of the functions. */
  const elapsed = (): number => inngest.clock.now() - startedAt;

  /** Starts the functions, sends an event, and waits for the end of its run. */
  const runOf = async (define: Define, data: Record<string, unknown> = {}): Promise<Run> => {
    await start(define);
    const [id] = await inngest.send({ name: 'go', data });
    return inngest.ended(id);
  };

  describe('step.run', () => {
    it('runs each step once, whatever happens after it', async () => {
      const ran: string[] = [];
      const run = await runOf((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step, attempt }) => {
          const a = await step.run('a', () => ran.push('a'));
          const b = await step.run('b', () => ran.push('b'));
          if (attempt === 0) throw new Error('once');
          return { a, b };
        }),
      ]);

      expect(returned(run)).toEqual({ a: 1, b: 2 });
      expect(ran).toEqual(['a', 'b']);
    });

    it('passes arguments on to the step', async () => {
      const run = await runOf((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, ({ step }) =>
          step.run('add', (a: number, b: number) => a + b, 2, 3),
        ),
      ]);

      expect(returned(run)).toBe(5);
    });

    it.each([
      ['undefined', () => undefined, null],
      ['null', () => null, null],
      ['false', () => false, false],
      ['an empty text', () => '', ''],
      ['a date', () => new Date(0), '1970-01-01T00:00:00.000Z'],
      ['a bigint within', () => ({ kept: 1, lost: 10n }), { kept: 1 }],
      ['an object that looks like an error', () => ({ error: 'no' }), { error: 'no' }],
      ['an object that looks like a result', () => ({ data: { data: 1 } }), { data: { data: 1 } }],
    ])('gives back %s as JSON does', async (_what, value: () => unknown, expected) => {
      const run = await runOf((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
          const now = await step.run('value', value);
          await step.sleep('rest', '1s');
          return { later: now };
        }),
      ]);

      expect(returned(run)).toEqual({ later: expected });
    });

    it('tells the steps of a loop apart, which have the same id', async () => {
      const run = await runOf((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
          const seen: number[] = [];
          for (let n = 0; n < 5; n++) seen.push(await step.run('square', () => n * n));
          for (let n = 0; n < 2; n++) await step.sleep('rest', '10s');
          return seen;
        }),
      ]);

      expect(returned(run)).toEqual([0, 1, 4, 9, 16]);
      expect(elapsed()).toBe(20 * SECOND);
    });
  });

  describe('step.sleep and step.sleepUntil', () => {
    it('rest for as long as they are told, and a slept step gives null', async () => {
      const run = await runOf((app, clock) => {
        const until = new Date(clock.now() + 3 * DAY + 250);
        return [
          app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => [
            await step.sleep('text', '36h'),
            await step.sleep('number', 90 * MINUTE),
            await step.sleepUntil('date', until),
            await step.sleepUntil('text date', until.toISOString()),
          ]),
        ];
      });

      expect(returned(run)).toEqual([null, null, null, null]);
      expect(elapsed()).toBe(3 * DAY + 250);
      const spans = await inngest.steps(run);
      expect(
        spans.slice(0, 3).map((span) => [span.name, Date.parse(span.endedAt ?? '') - startedAt]),
      ).toEqual([
        ['text', 36 * HOUR],
        ['number', 37.5 * HOUR],
        ['date', 3 * DAY + 250],
      ]);
    });

    it('do not rest at all for no time, a negative one, or a date in the past', async () => {
      const run = await runOf((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
          await step.sleep('none', 0);
          await step.sleep('negative', -5_000);
          await step.sleepUntil('past', new Date(0));
        }),
      ]);

      expect(run.status).toBe('COMPLETED');
      expect(elapsed()).toBe(0);
    });

    it('fail the run when they would rest for more than a year', async () => {
      const run = await runOf((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, ({ step }) =>
          step.sleep('for ever', '53w'),
        ),
      ]);

      expect(run.status).toBe('FAILED');
      expect(returned(run)).toMatchObject({ name: 'InngestErrTimeoutTooLong' });
      expect(elapsed()).toBe(0);
    });
  });

  describe('step.waitForEvent', () => {
    const waiting: Define = (app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step, event }) => {
        const options = event.data.options as { match?: string; if?: string };
        return step.waitForEvent('answer', { event: 'answered', timeout: '2h', ...options });
      }),
    ];

    const wait = async (options: Record<string, unknown>): Promise<string | undefined> => {
      await start(waiting);
      const [id] = await inngest.send({ name: 'go', data: { options, user: 7 } });
      await inngest.clock.settled();
      return id;
    };

    it('gives the event', async () => {
      const id = await wait({});
      await inngest.advance(HOUR);
      await inngest.send({ name: 'other' });
      await inngest.send({ name: 'answered', data: { yes: true }, id: 'mine' });

      const run = await inngest.ended(id);

      expect(returned(run)).toMatchObject({ name: 'answered', id: 'mine', data: { yes: true } });
      expect(elapsed()).toBe(HOUR);
    });

    it('gives null when none comes in time, also not one right after', async () => {
      const id = await wait({});
      const run = await inngest.ended(id);
      await inngest.send({ name: 'answered' });

      expect(returned(run)).toBeNull();
      expect(elapsed()).toBe(2 * HOUR);
    });

    it.each([
      ['match', { match: 'data.user' }],
      ['if', { if: 'event.data.user == async.data.user' }],
    ])('takes only an event that fits (%s)', async (_what, options) => {
      const id = await wait(options);
      await inngest.send({ name: 'answered', data: { user: 8 } }, { name: 'answered', data: {} });
      await inngest.advance(MINUTE);
      const before = await inngest.run(id);
      await inngest.send({ name: 'answered', data: { user: 7, n: 1 } });

      const run = await inngest.ended(id);

      expect(before.waiting?.reason).toBe('waiting for an event (step "answer")');
      expect(returned(run)).toMatchObject({ data: { user: 7, n: 1 } });
    });

    it('does not take an event from before the wait', async () => {
      await start(waiting);
      await inngest.send({ name: 'answered' });
      const [id] = await inngest.send({ name: 'go', data: { options: {} } });

      expect(returned(await inngest.ended(id))).toBeNull();
    });

    it('wakes every run that waits for it', async () => {
      await start(waiting);
      const ids = await inngest.send(
        ...Array.from({ length: 20 }, (_, user) => ({ name: 'go', data: { options: {}, user } })),
      );
      await inngest.clock.settled();
      await inngest.send({ name: 'answered', data: { n: 1 } });
      await inngest.allEnded();

      const runs = await Promise.all(ids.map((id) => inngest.run(id)));
      expect(runs.every((run) => (run.output as { data: { n: number } }).data.n === 1)).toBe(true);
      expect(elapsed()).toBe(0);
    });

    it('fails the run, with the reason, for a condition that cannot be read', async () => {
      const id = await wait({ if: 'event.data.user ==' });
      const run = await inngest.ended(id);

      expect(run.status).toBe('FAILED');
      expect(returned(run)).toMatchObject({ message: expect.stringContaining('Step "answer"') });
    });

    it('waits no time at all for a timeout of none', async () => {
      const run = await runOf((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, ({ step }) =>
          step.waitForEvent('now', { event: 'never', timeout: 0 }),
        ),
      ]);

      expect(returned(run)).toBeNull();
      expect(elapsed()).toBe(0);
    });
  });

  describe('step.waitForSignal', () => {
    const functions: Define = (app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' } }, ({ step, event }) =>
        step.waitForSignal('paid', {
          signal: 'order-1',
          timeout: '1h',
          ...(event.data as { onConflict: 'fail' | 'replace' }),
        }),
      ),
      app.createFunction({ id: 'payer', triggers: { event: 'pay' } }, ({ step }) =>
        step.sendSignal('send', { signal: 'order-1', data: { amount: 12 } }),
      ),
    ];

    const wait = async (data: Record<string, unknown> = {}): Promise<string | undefined> => {
      const [id] = await inngest.send({ name: 'go', data });
      await inngest.clock.settled();
      return id;
    };

    it('gives the signal that another function sends', async () => {
      await start(functions);
      const id = await wait();
      await inngest.advance(MINUTE);
      const [sender] = await inngest.send({ name: 'pay' });

      const run = await inngest.ended(id);

      expect(returned(run)).toEqual({ signal: 'order-1', data: { amount: 12 } });
      expect(elapsed()).toBe(MINUTE);
      expect((await inngest.ended(sender)).status).toBe('COMPLETED');
    });

    it('is woken over HTTP by one signal, and a signal nobody waits for is 404', async () => {
      await start(functions);
      const id = await wait();
      const send = (): Promise<unknown> => inngest.post('/v1/signals', { signal: 'order-1', data: [1] });
      const { id: runId } = await inngest.run(id);

      expect(await send()).toEqual({ data: { run_id: runId } });
      expect(await send()).toEqual({ error: 'No signal found', data: null, status: 404 });
      expect(returned(await inngest.ended(id))).toEqual({ signal: 'order-1', data: [1] });
    });

    it('gives null when none comes in time', async () => {
      await start(functions);
      const run = await inngest.ended(await wait());

      expect(returned(run)).toBeNull();
      expect(elapsed()).toBe(HOUR);
      expect(await inngest.post('/v1/signals', { signal: 'order-1' })).toMatchObject({ status: 404 });
    });

    it('fails the run that asks for a signal which another one waits for', async () => {
      await start(functions);
      const first = await wait();
      const second = await inngest.ended(await wait());

      expect(second.status).toBe('FAILED');
      expect(second.output).toMatchObject({ message: expect.stringContaining('Signal conflict') });
      await inngest.post('/v1/signals', { signal: 'order-1', data: 1 });
      expect(returned(await inngest.ended(first))).toEqual({ signal: 'order-1', data: 1 });
    });

    it('takes the signal from the one that waits when it is told to replace it', async () => {
      await start(functions);
      const first = await wait();
      await inngest.advance(10 * MINUTE);
      const second = await wait({ onConflict: 'replace' });
      await inngest.post('/v1/signals', { signal: 'order-1', data: 1 });

      expect(returned(await inngest.ended(second))).toEqual({ signal: 'order-1', data: 1 });
      expect(elapsed()).toBe(10 * MINUTE);
      expect(returned(await inngest.ended(first))).toBeNull();
      expect(elapsed()).toBe(HOUR);
    });

    it('lets go of the signal when the run is cancelled', async () => {
      await start(functions);
      const { id } = await inngest.run(await wait());
      await inngest.post(`/api/v2/runs/${id}/cancel`);

      expect(await inngest.post('/v1/signals', { signal: 'order-1' })).toMatchObject({ status: 404 });
    });
  });

  describe('step.invoke', () => {
    it('gives what the function returns, after whatever it does', async () => {
      const run = await runOf((app) => {
        const callee = app.createFunction({ id: 'callee' }, async ({ event, step }) => {
          await step.sleep('rest', '1h');
          return { doubled: (event.data as { n: number }).n * 2, name: event.name };
        });
        return [
          app.createFunction({ id: 'fn', triggers: { event: 'go' } }, ({ step }) =>
            step.invoke('call', { function: callee, data: { n: 21 } }),
          ),
          callee,
        ];
      });

      expect(returned(run)).toEqual({ doubled: 42, name: 'inngest/function.invoked' });
      expect(elapsed()).toBe(HOUR);
    });

    it('throws the error of the function, which the caller can catch', async () => {
      const run = await runOf((app) => {
        const callee = app.createFunction({ id: 'callee', retries: 0 }, () => {
          throw new TypeError('not today');
        });
        return [
          app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
            try {
              return await step.invoke('call', { function: callee });
            } catch (error) {
              const { name, message } = error as Error;
              return { name, message };
            }
          }),
          callee,
        ];
      });

      expect(returned(run)).toEqual({ name: 'TypeError', message: 'not today' });
    });

    it('throws when the function takes too long, and lets that one finish', async () => {
      const run = await runOf((app) => {
        const callee = app.createFunction({ id: 'callee' }, async ({ step }) => {
          await step.sleep('long', '2h');
          return 'late';
        });
        return [
          app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 0 }, ({ step }) =>
            step.invoke('call', { function: callee, timeout: '10m' }).catch((error: Error) => error.name),
          ),
          callee,
        ];
      });

      expect(returned(run)).toBe('InngestInvokeTimeoutError');
      expect(elapsed()).toBe(10 * MINUTE);
      await inngest.allEnded();
      expect((await inngest.allRuns()).slice(0, 2).map((one) => [one.function.id, one.status])).toEqual([
        ['callee', 'COMPLETED'],
        ['fn', 'COMPLETED'],
      ]);
    });

    it('reaches functions of other apps, and says when there is none', async () => {
      await start((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 0 }, ({ step, event }) =>
          step.invoke('call', {
            function: referenceFunction({ appId: 'other', functionId: event.data.fn as string }),
            data: { n: 1 },
          }),
        ),
      ]);
      const other = await SdkApp.start(
        inngest,
        'other',
        (app) => [app.createFunction({ id: 'there' }, ({ event }) => ({ got: event.data.n as number }))],
        client,
      );

      const [good, bad] = await inngest.send(
        { name: 'go', data: { fn: 'there' } },
        { name: 'go', data: { fn: 'nowhere' } },
      );
      await inngest.allEnded();
      await other.close();

      expect(returned(await inngest.run(good))).toEqual({ got: 1 });
      expect(await inngest.run(bad)).toMatchObject({
        status: 'FAILED',
        output: { message: 'could not find function with ID: other-nowhere' },
      });
    });

    it('throws when the invoked function is cancelled', async () => {
      await start((app) => {
        const callee = app.createFunction({ id: 'callee' }, ({ step }) => step.sleep('long', '2h'));
        return [
          app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 0 }, ({ step }) =>
            step.invoke('call', { function: callee }).catch((error: Error) => error.message),
          ),
          callee,
        ];
      });
      const [id] = await inngest.send({ name: 'go' });
      await inngest.clock.settled();
      const [callee] = await inngest.allRuns();
      await inngest.post(`/api/v2/runs/${callee?.id}/cancel`);

      expect(returned(await inngest.ended(id))).toBe('The invoked function was cancelled.');
    });
  });

  describe('step.sendEvent', () => {
    it('sends once, however often the function is called, and gives the ids', async () => {
      const run = await runOf((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step, attempt }) => {
          const { ids } = await step.sendEvent('tell', [
            { name: 'told', data: { n: 1 } },
            { name: 'told', data: { n: 2 } },
          ]);
          await step.sleep('rest', '1s');
          if (attempt === 0) throw new Error('once');
          return ids;
        }),
        app.createFunction(
          { id: 'told', triggers: { event: 'told' } },
          ({ event }) => event.data.n as number,
        ),
      ]);

      const ids = returned(run) as string[];
      const told = await Promise.all(ids.map((id) => inngest.run(id)));
      expect(told.map(returned)).toEqual([1, 2]);
      expect((await inngest.allRuns()).filter(({ function: fn }) => fn.id === 'told')).toHaveLength(2);
    });
  });

  describe('step.fetch', () => {
    let site: Site;

    beforeEach(async () => {
      site = await Site.open();
    });

    afterEach(() => site.close());

    const fetching: Define = (app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 2 }, async ({ step, event }) => {
        const { url, ...init } = event.data as { url: string };
        try {
          const response = await step.fetch(url, init);
          await step.sleep('rest', '1s');
          return {
            status: response.status,
            type: response.headers.get('x-kind'),
            body: (await response.text()) as string,
          };
        } catch (error) {
          return (error as Error).message;
        }
      }),
    ];

    it('has the server make the request once, and memoizes the response', async () => {
      site.answer = ({ method, headers }, body) => ({
        status: 201,
        body: [method, headers['x-key'], body].join(' '),
      });
      const run = await runOf(fetching, {
        url: `${site.url}/path?q=1`,
        method: 'POST',
        headers: { 'x-key': 'secret' },
        body: 'a=b',
      });

      expect(returned(run)).toEqual({ status: 201, type: 'test', body: 'POST secret a=b' });
      expect(site.paths).toEqual(['/path?q=1']);
    });

    it('keeps a bad status as a response, and shows no secrets in the trace', async () => {
      site.answer = () => ({ status: 503, body: 'busy' });
      const run = await runOf(fetching, { url: `${site.url}/?token=hush`, headers: { 'x-key': 'hush' } });

      expect(returned(run)).toMatchObject({ status: 503, body: 'busy' });
      const [span] = await inngest.steps(run);
      expect(span).toMatchObject({ stepOp: 'FETCH', input: { url: `${site.url}/`, method: 'GET' } });
    });

    it('is tried again when there is no response, and the function gets the error in the end', async () => {
      await site.close();
      const run = await runOf(fetching, { url: site.url });

      expect(returned(run)).toMatch(/^Error making gateway request: .*ECONNREFUSED/);
      const attempts = await inngest.attempts(run, `step.fetch: localhost`);
      expect(attempts).toHaveLength(3);
    });

    it('makes requests side by side with other steps', async () => {
      const run = await runOf(
        (app) => [
          app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step, event }) => {
            const { url } = event.data as { url: string };
            const [a, b, c] = await Promise.all([
              step.fetch(`${url}/a`).then((response: Response) => response.text()),
              step.run('own', () => 'c'),
              step.fetch(`${url}/b`).then((response: Response) => response.text()),
            ]);
            return [a, b, c];
          }),
        ],
        { url: site.url },
      );

      expect(returned(run)).toEqual(['/a', 'c', '/b']);
      expect(site.paths.toSorted()).toEqual(['/a', '/b']);
    });
  });

  describe('step.ai', () => {
    let site: Site;

    beforeEach(async () => {
      site = await Site.open();
    });

    afterEach(() => site.close());

    it('wrap runs the call in the app, and memoizes it', async () => {
      const run = await runOf((app) => [
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step }) => {
          const model = (prompt: { text: string }): { reply: string } => ({
            reply: prompt.text.toUpperCase(),
          });
          return step.ai.wrap('ask', async (prompt: { text: string }) => model(prompt), { text: 'hi' });
        }),
      ]);

      expect(returned(run)).toEqual({ reply: 'HI' });
    });

    const inferring: Define = (app) => [
      app.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 1 }, ({ step, event }) =>
        step.ai
          .infer('ask', {
            model: step.ai.models.openai({
              model: 'tiny',
              apiKey: 'key-1',
              baseUrl: event.data.url as string,
            }),
            body: { messages: [{ role: 'user', content: 'hi' }] },
          })
          .catch((error: Error) => ({ error: error.message })),
      ),
    ];

    it('infer has the server ask the model', async () => {
      site.answer = ({ headers }, body) => ({
        status: 200,
        body: JSON.stringify({
          auth: headers.authorization,
          asked: (JSON.parse(body) as { model: string }).model,
        }),
      });
      const run = await runOf(inferring, { url: site.url });

      expect(returned(run)).toEqual({ auth: 'Bearer key-1', asked: 'tiny' });
      expect(site.paths).toEqual(['/chat/completions']);
    });

    it('infer is tried again when the model refuses, and then fails with its words', async () => {
      site.answer = () => ({ status: 429, body: '{"slow":"down"}' });
      const run = await runOf(inferring, { url: site.url });

      expect(site.paths).toHaveLength(2);
      expect(returned(run)).toEqual({ error: expect.stringContaining('429: {"slow":"down"}') });
    });
  });
});

/** A website. By default, it answers with the requested path. */
class Site {
  readonly paths: string[] = [];
  answer: (request: IncomingMessage, body: string) => { status: number; body: string } = ({ url = '' }) => ({
    status: 200,
    body: url,
  });

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Site> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const site = new Site(server);
    server.on('request', (request: IncomingMessage, response) => {
      site.paths.push(request.url ?? '');
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { status, body } = site.answer(request, Buffer.concat(chunks).toString());
        response.writeHead(status, { 'x-kind': 'test' }).end(body);
      });
    });
    return site;
  }

  get url(): string {
    return `http://localhost:${(this.server.address() as AddressInfo | null)?.port ?? this.lastPort}`;
  }

  private lastPort = 0;

  async close(): Promise<void> {
    if (!this.server.listening) return;
    this.lastPort = (this.server.address() as AddressInfo).port;
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
