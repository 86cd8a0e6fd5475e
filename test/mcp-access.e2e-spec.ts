import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest, type EmbeddedInngestOptions } from '../src/embedded/index.js';
import { ask, type Answer } from './support/bad-input/send-request.js';
import { closeAfterEach } from './support/close-after-each.js';
import { McpAgent } from './support/mcp-agent.js';
import { signingKeyHash } from '../src/common/signing-key-hash.js';
import { itSlowly } from './support/slow-tests.js';

const SIGNING_KEY = 'a1'.repeat(32);
const JSON_TYPE = { 'content-type': 'application/json' };
const LIST = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
const closing = closeAfterEach();

let server: EmbeddedInngest;

async function start(options: EmbeddedInngestOptions = {}): Promise<void> {
  const clock = new VirtualClock();
  server = await EmbeddedInngest.start({ port: 0, logger: false, clock, ...options });
}

/** Starts one server for all tests of a block. */
function startForAll(options: EmbeddedInngestOptions = {}): void {
  beforeAll(() => start(options));
  afterAll(() => server.close());
}

function send(
  method: string,
  headers: Record<string, string> = {},
  message: unknown = LIST,
): Promise<Answer> {
  const isPost = method === 'POST';
  return ask(server.url, {
    method,
    path: '/mcp',
    headers: { ...(isPost && JSON_TYPE), ...headers },
    ...(isPost && { body: Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)) }),
  });
}

async function logIn(): Promise<{ cookie: string; origin: string }> {
  const { origin } = new URL(server.url);
  const { headers } = await ask(server.url, {
    method: 'POST',
    path: '/dashboard/session',
    headers: { ...JSON_TYPE, origin },
    body: Buffer.from(JSON.stringify({ secret: SIGNING_KEY })),
  });
  return { cookie: headers['set-cookie']![0]!.split(';')[0]!, origin };
}

/** Starts a tool call that waits for a run that never ends. @returns the response, and a promise of its abort */
async function beginToWait(
  headers: Record<string, string>,
  runId?: string,
): Promise<{ response: IncomingMessage; broken: Promise<void> }> {
  const { port } = new URL(server.url);
  const call = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'poll_run_status', arguments: { runIds: [runId ?? (await openRun())], timeout: 600 } },
  };
  const asking = request({
    port,
    path: '/mcp',
    method: 'POST',
    headers: { ...JSON_TYPE, accept: 'application/json, text/event-stream', ...headers },
  });
  asking.end(JSON.stringify(call));
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  return { response, broken: new Promise((resolve) => response.on('error', () => resolve())) };
}

/** A run that never ends, because no app serves its function. */
async function openRun(): Promise<string> {
  const url = 'http://127.0.0.1:9/api/inngest';
  const authorization = `Bearer ${SIGNING_KEY}`;
  const runtime = { type: 'http', url: `${url}?fnId=app-fn&stepId=step` };
  const functions = [
    {
      id: 'app-fn',
      name: 'fn',
      triggers: [{ event: 'go' }],
      steps: { step: { id: 'step', name: 'step', runtime } },
    },
  ];
  const registered = await ask(server.url, {
    method: 'POST',
    path: '/fn/register',
    headers: { ...JSON_TYPE, authorization },
    body: Buffer.from(
      JSON.stringify({ appName: 'app', url, sdk: 'js:v4.24.0', framework: 'none', functions }),
    ),
  });
  expect(registered.status).toBe(200);
  const agent = await McpAgent.connect(server.url, { authorization });
  const { runIds } = await agent.call<{ runIds: string[] }>('send_event', { name: 'go' });
  await agent.close();
  return runIds[0]!;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await nextTurn();
}

describe('/mcp', () => {
  startForAll();

  it.each(['POST', 'GET', 'DELETE'])('refuses pages of other sites: %s', async (method) => {
    expect((await send(method, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await send(method, { host: 'evil.example' })).status).toBe(403);
    expect((await send(method, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  });

  it.each(['GET', 'DELETE', 'PUT'])('has no stream and no session: %s', async (method) => {
    expect(await send(method)).toMatchObject({ status: 405, headers: { allow: 'POST' } });
  });

  it('answers JSON to a request that does not accept a stream', async () => {
    const { status, headers, text } = await send('POST');

    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(text)).toMatchObject({ id: 1, result: { tools: expect.any(Array) as unknown[] } });
  });

  it('answers a stream to a request that accepts one', async () => {
    const { headers } = await send('POST', { accept: 'application/json, text/event-stream' });

    expect(headers['content-type']).toBe('text/event-stream');
  });

  it.each([
    ['no JSON', '{', {}, 400],
    ['no message', { a: 1 }, {}, 400],
    ['null', 'null', {}, 400],
    ['nothing', '', {}, 400],
    ['another type', LIST, { 'content-type': 'text/plain' }, 415],
    ['an unknown version', LIST, { 'mcp-protocol-version': '1999-01-01' }, 400],
  ])('refuses %s', async (_what, message, headers, status) => {
    const answer = await send('POST', headers, message);

    expect(answer.status).toBe(status);
    expect(answer.text).toContain('error');
  });

  it('refuses query parameters, because it reads none', async () => {
    const { status, text } = await ask(server.url, {
      method: 'POST',
      path: '/mcp?key=x',
      headers: JSON_TYPE,
      body: Buffer.from(JSON.stringify(LIST)),
    });

    expect(status).toBe(400);
    expect(text).toContain('key');
  });
});

describe('/mcp', () => {
  describe('with a signing key', () => {
    startForAll({ signingKey: SIGNING_KEY });

    it.each(['POST', 'GET', 'DELETE'])('answers 401 to a request without the key: %s', async (method) => {
      for (const authorization of [undefined, `Bearer ${'b2'.repeat(32)}`, SIGNING_KEY]) {
        expect((await send(method, authorization === undefined ? {} : { authorization })).status).toBe(401);
      }
    });

    it.each([SIGNING_KEY, `signkey-test-${SIGNING_KEY}`, signingKeyHash(SIGNING_KEY)])(
      'serves agents that show it: %s',
      async (key) => {
        const agent = closing(await McpAgent.connect(server.url, { authorization: `Bearer ${key}` }));

        expect(await agent.call('list_functions')).toEqual({ functions: [], count: 0 });
      },
    );

    it('serves the page of a person who has logged in, and no other page', async () => {
      const { cookie, origin } = await logIn();

      expect((await send('POST', { cookie, origin })).status).toBe(200);
      expect((await send('POST', { cookie })).status).toBe(403);
    });
  });

  describe('with a signing key', () => {
    beforeEach(() => start({ signingKey: SIGNING_KEY }));
    afterEach(() => server.close());

    it('ends requests that were opened with a login when the login ends', async () => {
      const login = await logIn();
      const { response, broken } = await beginToWait(login);
      expect(response.statusCode).toBe(200);
      await ask(server.url, { method: 'DELETE', path: '/dashboard/session', headers: login });

      await broken;
    });

    itSlowly('answers 503 when 100 requests are open', async () => {
      const authorization = `Bearer ${SIGNING_KEY}`;
      const runId = await openRun();
      const waiting = await Promise.all(
        Array.from({ length: 100 }, () => beginToWait({ authorization }, runId)),
      );

      expect(await send('POST', { authorization })).toMatchObject({ status: 503 });

      waiting[0]!.response.destroy();
      await until(async () => (await send('POST', { authorization })).status === 200);
    });

    it('does not keep the server from closing', async () => {
      const { broken } = await beginToWait({ authorization: `Bearer ${SIGNING_KEY}` });
      await server.close();

      await broken;
    });
  });
});
