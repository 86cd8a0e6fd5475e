import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { ask, type Answer } from './support/bad-input/send-request.js';
import { startBadInputSetup, type BadInputSetup } from './support/bad-input/setup.js';
import { closeAfterEach } from './support/close-after-each.js';
import { startFunctions } from './support/sdk-functions.js';

const MIB = 1024 * 1024;
const DAY = 24 * 60 * 60 * 1_000;
const deep = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels);

describe('The embedded server refuses', () => {
  let stage: BadInputSetup;
  let url: string;

  beforeAll(async () => {
    stage = await startBadInputSetup();
    ({ url } = stage.inngest.server);
  });

  afterAll(() => stage.close());

  const post = (path: string, body: string | Buffer, type = 'application/json'): Promise<Answer> =>
    ask(url, { method: 'POST', path, headers: { 'content-type': type }, body: Buffer.from(body) });
  const postJson = (path: string, body: unknown): Promise<Answer> => post(path, JSON.stringify(body));
  const get = (path: string): Promise<Answer> => ask(url, { method: 'GET', path });

  /** Expects a refusal with these words, and that the request has changed nothing. */
  const refused = async (asking: () => Promise<Answer>, status: number, words: string): Promise<void> => {
    const before = stage.state();
    const answer = await asking();
    expect(answer.text).toContain(words);
    expect(answer.status).toBe(status);
    expect(stage.state()).toBe(before);
  };

  describe('an event', () => {
    it.each(['/e/key', '/api/v2/events'])('with a time that no date can have: %s', async (path) => {
      await refused(
        () => postJson(path, { name: 'go', ts: 8.64e15 + 1 }),
        400,
        'timestamp is after Sep 13, 275760',
      );
      expect((await postJson(path, { name: 'late', ts: 8.64e15 })).status).toBe(200);
      expect((await get('/api/v2/events?name=late')).status).toBe(200);
    });

    it.each(['/e/key', '/api/v2/events'])('that is nested too deeply: %s', async (path) => {
      const event = (levels: number): string => `{"name":"deep","data":{"a":${deep(levels)}}}`;

      await refused(() => post(path, event(999)), 400, 'nested too deeply: more than 1000 levels');
      expect((await post(path, event(998))).status).toBe(200);
      expect((await get('/api/v2/events?name=deep')).status).toBe(200);
    });

    it('in another charset than UTF-8', async () => {
      const utf16 = Buffer.from(JSON.stringify({ name: 'go' }), 'utf16le');

      await refused(
        () => post('/api/v2/events', utf16, 'application/json; charset=utf-16'),
        415,
        'Send JSON in UTF-8, not in utf-16.',
      );
      await refused(
        () => post('/api/v2/events', Buffer.from('{"name":"\xe9"}', 'latin1')),
        400,
        'the request body is not valid UTF-8',
      );
    });

    it('whose type is not JSON, except at the event API', async () => {
      const event = JSON.stringify({ name: 'go' });

      await refused(() => post('/api/v2/events', event, 'text/plain'), 415, 'content-type: application/json');
      expect((await post('/e/key', event, 'text/plain')).status).toBe(200);
    });
  });

  describe('a query', () => {
    it.each([
      '/v1/events?name=a&name=b',
      '/v1/events?cursor=a&cursor=b',
      '/api/v2/events?search=a&search=b',
      '/api/v2/runs?ids=a&ids=b',
      '/api/v2/runs?event=a&event=b',
    ])('that has a parameter twice: %s', async (path) => {
      await refused(() => get(path), 400, 'may be given only once');
    });

    it('but not a list of statuses', async () => {
      expect((await get('/api/v2/runs?status=FAILED&status=COMPLETED')).status).toBe(200);
    });

    it.each([
      ['received_after=garbage', '\\"received_after\\" must be a time in ISO 8601'],
      ['received_before=2024-13-45', '\\"received_before\\" must be a time in ISO 8601'],
      ['cursor=zzz', 'Invalid cursor: zzz'],
    ])('that is invalid: %s', async (query, words) => {
      await refused(() => get(`/v1/events?${query}`), 400, words);
    });
  });

  describe('a cancellation', () => {
    it.each([5, {}, ['true'], true])(
      'whose condition is not a string, which would otherwise cancel every run: %j',
      async (condition) => {
        const started_before = new Date(stage.inngest.clock.now()).toISOString();
        const all = { app_id: 'app', function_id: 'fn', started_before };

        await refused(
          () => postJson('/v1/cancellations', { ...all, if: condition }),
          400,
          'if must be an expression',
        );
      },
    );
  });

  describe('a whole checkpoint', () => {
    const checkpoint = (...steps: object[]): Promise<Answer> => {
      const [call] = stage.calls;
      return postJson(`/v1/checkpoint/${call?.runId}/async`, {
        run_id: call?.runId,
        qi_id: call?.qiId,
        generation_id: call?.generation,
        steps,
      });
    };
    const good = { op: 'StepRun', id: 'good', data: 1 };

    it.each([
      [
        { op: 'Sleep', id: 'a', name: 'tomorrow' },
        'Sleep (step \\"tomorrow\\"): \\"tomorrow\\" is not a duration',
      ],
      [{ op: 'WaitForEvent', id: 'a', name: 'x', opts: { timeout: '1 fortnight' } }, 'is not a duration'],
      [{ op: 'WaitForSignal', id: 'a', opts: { signal: 's', timeout: 'x' } }, 'is not a duration'],
      [{ op: 'InvokeFunction', id: 'a', opts: { function_id: 'app-fn', timeout: 'x' } }, 'is not a duration'],
      [{ op: 'Teleport', id: 'a' }, 'does not support \\"Teleport\\"'],
      [{ op: 'WaitForSignal', id: 'a', opts: {} }, 'WaitForSignal needs \\"opts.signal\\"'],
    ])('for one invalid step: %j', async (bad, words) => {
      await refused(() => checkpoint(good, bad), 400, words);
    });

    it('but not for a wait of any length', async () => {
      const wait = { op: 'WaitForSignal', id: 'a', opts: { signal: 's', timeout: '9007199254740s' } };

      expect((await checkpoint(good, wait)).status).toBe(200);
      expect((await get(`/api/v2/runs/${stage.calls[0]?.runId}/trace`)).status).toBe(200);
    });
  });

  describe('an invocation', () => {
    it('with more data than an event may have', async () => {
      const data = { a: 'x'.repeat(3 * MIB) };

      await refused(
        () => postJson('/api/v2/apps/app/functions/fn/invoke', { data }),
        400,
        'Event is over the max size: Max 3145728 bytes',
      );
    });
  });

  describe('a registration', () => {
    it.each(['javascript:alert(1)', 'ftp://127.0.0.1/x', 'file:///etc/passwd'])(
      'of an app at %s',
      async (address) => {
        await refused(
          () => postJson('/fn/register', { appName: 'a', url: address, functions: [] }),
          400,
          `App URL \\"${address}\\" is not an http(s) URL`,
        );
      },
    );
  });

  describe('a registration of a function with an expression that does not parse, and says where', () => {
    const BAD = 'event.data.a ==';
    const PERIOD = { period: '1m' };

    it.each([
      ['triggers[0]:', { triggers: [{ event: 'go', expression: BAD }] }],
      ['idempotency is wrong:', { idempotency: BAD }],
      ['priority.run is wrong:', { priority: { run: BAD } }],
      ['concurrency[1].key is wrong:', { concurrency: [{ limit: 2 }, { limit: 1, key: BAD }] }],
      ['throttle.key is wrong:', { throttle: { limit: 1, ...PERIOD, key: BAD } }],
      ['rateLimit.key is wrong:', { rateLimit: { limit: 1, ...PERIOD, key: BAD } }],
      ['debounce.key is wrong:', { debounce: { ...PERIOD, key: BAD } }],
      ['batchEvents.key is wrong:', { batchEvents: { maxSize: 2, timeout: '10s', key: BAD } }],
      ['batchEvents.if is wrong:', { batchEvents: { maxSize: 2, timeout: '10s', if: BAD } }],
      ['singleton.key is wrong:', { singleton: { mode: 'skip', key: BAD } }],
      ['cancel[0].if is wrong:', { cancel: [{ event: 'stop', if: BAD }] }],
    ])('%s', async (where, options) => {
      const step = { id: 'step', name: 'step', runtime: { type: 'http', url: 'http://127.0.0.1:9/x' } };
      const fn = { id: 'a-fn', name: 'fn', triggers: [{ event: 'go' }], steps: { step }, ...options };
      const app = { appName: 'a', url: 'http://127.0.0.1:9/x', functions: [fn] };
      const words = `${where} Unexpected token: EOF (line 1, column 16 of \\"${BAD}\\")`;
      await refused(() => postJson('/fn/register', app), 400, words);
    });
  });

  describe('a message', () => {
    it('that is not UTF-8, or nested too deeply', async () => {
      const path = '/v1/realtime/publish?channel=c&topic=t';
      const bad = Buffer.from([0x61, 0xff]);

      await refused(() => post(path, bad, 'text/plain'), 400, 'not valid UTF-8');
      await refused(() => post(path, bad, 'text/stream'), 400, 'not valid UTF-8');
      await refused(() => post(path, deep(1_001)), 400, 'nested too deeply');
      expect((await post(path, deep(1_000))).status).toBe(200);
      expect((await post(path, '['.repeat(2_000), 'text/plain')).status).toBe(200);
    });
  });
});

describe('A run fails with a reason', () => {
  const closing = closeAfterEach();

  it('when its app sends an answer that is nested too deeply', async () => {
    const inngest = closing(await startFunctions(() => []));
    const app = createServer((_request, response) => {
      response.writeHead(206, { 'content-type': 'application/json', 'x-inngest-sdk': 'x:v1' });
      response.end(`[{"op":"StepRun","id":"a","data":${deep(100_000)}}]`);
    }).listen(0, '127.0.0.1');
    await once(app, 'listening');
    closing({
      close: async () => {
        app.closeAllConnections();
        app.close();
        await once(app, 'close');
      },
    });
    const url = `http://127.0.0.1:${(app.address() as AddressInfo).port}/x`;
    const step = { id: 'step', name: 'step', runtime: { type: 'http', url } };
    await inngest.post('/fn/register', {
      appName: 'a',
      url,
      functions: [{ id: 'a-fn', name: 'fn', triggers: [{ event: 'go' }], steps: { step } }],
    });
    const [id] = await inngest.send({ name: 'go' });

    const run = await inngest.ended(id);
    expect(run).toMatchObject({
      status: 'FAILED',
      output: { message: 'The answer of the app is nested too deeply: more than 1000 levels.' },
    });
  });

  it('when it invokes a function with more data than an event may have; it may catch that', async () => {
    const inngest = closing(
      await startFunctions((app) => {
        const target = app.createFunction({ id: 'target', triggers: { event: 'never' } }, () => 1);
        return [
          target,
          app.createFunction({ id: 'fn', triggers: { event: 'go' } }, ({ step }) =>
            step
              .invoke('call', { function: target, data: { a: 'x'.repeat(3 * MIB) } })
              .catch((error: Error) => error.message),
          ),
        ];
      }),
    );
    const [id] = await inngest.send({ name: 'go' });

    expect((await inngest.ended(id)).output).toEqual({
      data: expect.stringContaining('"test-target" was not run: Event is over the max size'),
    });
  });
});

describe('Requests to cancel runs', () => {
  const closing = closeAfterEach();

  it('are removed after the retention time', async () => {
    const clock = new VirtualClock();
    const server = closing(await EmbeddedInngest.start({ port: 0, clock, logger: false, retentionMs: DAY }));
    const request = (method: string, path: string, body?: object): Promise<Answer> =>
      ask(server.url, {
        method,
        path,
        headers: { 'content-type': 'application/json' },
        ...(body && { body: Buffer.from(JSON.stringify(body)) }),
      });
    const url = 'http://127.0.0.1:9/x';
    const step = { id: 'step', name: 'step', runtime: { type: 'http', url } };
    const functions = [{ id: 'a-fn', name: 'fn', triggers: [{ event: 'go' }], steps: { step } }];
    await request('POST', '/fn/register', { appName: 'a', url, functions });
    const cancel = (): Promise<Answer> =>
      request('POST', '/v1/cancellations', {
        app_id: 'a',
        function_id: 'fn',
        started_before: new Date(clock.now()).toISOString(),
      });
    const count = async (): Promise<number> =>
      (JSON.parse((await request('GET', '/v1/cancellations')).text) as { data: object[] }).data.length;

    await cancel();
    await clock.advance(DAY / 2);
    await cancel();
    expect(await count()).toBe(2);
    await clock.advance(DAY);
    expect(await count()).toBe(1);
    await clock.advance(DAY);
    expect(await count()).toBe(0);
  });
});
