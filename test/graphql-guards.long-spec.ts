import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import { GraphqlAccess } from '../src/graphql/subscriptions/graphql-access.js';
import { VirtualClock } from '../src/clock/index.js';
import { closeAfterEach } from './support/close-after-each.js';
import { FakeInngest } from './support/fake-inngest.js';
import { execute, GraphqlClient } from './support/graphql.js';
import { startWorker, type TestWorker } from './support/start-worker.js';

const closing = closeAfterEach();
const UNKNOWN = '01AN4Z07BY79KA1307SR9X4MV3';

async function start(
  environment: Record<string, string> = {},
): Promise<TestWorker & { inngest: FakeInngest }> {
  const inngest = closing(await FakeInngest.start());
  const variables = { INNGEST_URL: inngest.url, GRAPHQL: 'true', ...environment };
  return { ...closing(await startWorker(variables, { clock: new VirtualClock() })), inngest };
}

/** Opens a WebSocket. Returns the close code, the status of the refusal, or the first message. */
async function connect(
  url: string,
  options: ClientOptions = {},
  first?: object,
  protocol = 'graphql-transport-ws',
): Promise<string | number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, protocol, options);
  closing({ close: () => Promise.resolve(socket.terminate()) });
  const refused = once(socket, 'error').then(([error]) => (error as Error).message);
  const closed = once(socket, 'close').then(([code]) => code as number);
  const message = once(socket, 'message').then(([data]) => String(data));
  if (first) socket.on('open', () => socket.send(JSON.stringify(first)));
  return await Promise.race([message, refused, closed]);
}

const INIT = { type: 'connection_init' };
const ACK = '{"type":"connection_ack"}';

describe('The WebSocket of GraphQL', () => {
  it('is for its own pages, those in CORS_ORIGINS, and programs', async () => {
    const { url } = await start({ CORS_ORIGINS: 'http://localhost:5173' });
    const foreign = { origin: 'https://evil.example' };
    const rebound = { headers: { host: 'evil.example' } };

    expect(await connect(url, {}, INIT)).toBe(ACK);
    expect(await connect(url, { origin: 'http://localhost:5173' }, INIT)).toBe(ACK);
    expect(await connect(url, { origin: 'http://localhost:5174' }, INIT)).toContain('403');
    expect(await connect(url, foreign, INIT)).toContain('403');
    expect(await connect(url, rebound, INIT)).toContain('403');
  });

  it('speaks graphql-transport-ws, and wants connection_init first', async () => {
    const { url } = await start();

    expect(await connect(url, {}, INIT, 'graphql-ws')).not.toBe(ACK);
    expect(await connect(url, {}, { type: 'subscribe', id: '1', payload: { query: '{ __typename }' } })).toBe(
      4401,
    );
    expect(await connect(url, {}, { type: 'nonsense' })).toBe(4400);
  });

  it('closes a connection without connection_init', async () => {
    const { url } = await start();

    expect(await connect(url)).toBe(4408);
  });

  it('refuses a message that is larger than a body', async () => {
    const { url } = await start();

    expect(await connect(url, {}, { type: 'ping', payload: { text: 'x'.repeat(110_000) } })).toBe(1009);
  });

  it('ends when the worker stops', async () => {
    const { url, app, inngest } = await start();
    const eventId = inngest.addEvent('demo/task.requested', {}, Date.now() - 60_000, [
      { id: '01M84ANNWVWBP7SPVG9HWX15JS', status: 'RUNNING', queuedAt: '2026-11-23T13:49:03.905Z' },
    ]);
    const client = new GraphqlClient(url);
    const progress = client.subscribe(eventId);
    while (progress.received.length === 0) await new Promise((resolve) => setImmediate(resolve));

    await app.close();
    await progress.over;
    const reads = inngest.received.length;

    expect(progress.received).toMatchObject([{ type: 'QUEUED' }]);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
    expect(inngest.received.length).toBe(reads);
  });

  it('asks for a token, in the header or in connection_init', async () => {
    const [right, wrong] = ['Bearer a-token-of-16-letters', 'Bearer another-of-16-letters'];
    const { url } = await start({ API_TOKENS: 'a-token-of-16-letters' });
    const init = (authorization: string) => ({ ...INIT, payload: { authorization } });
    const header = (authorization: string): ClientOptions => ({ headers: { authorization } });

    expect(await connect(url, {}, INIT)).toBe(4403);
    expect(await connect(url, {}, init(wrong))).toBe(4403);
    expect(await connect(url, header(wrong), INIT)).toContain('401');
    expect(await connect(url, {}, init(right))).toBe(ACK);
    expect(await connect(url, header(right), INIT)).toBe(ACK);
  });

  it('takes a token of the header or of connection_init', () => {
    const authorize = (authorization: string | undefined): boolean => authorization === 'Bearer right';
    const hosts = { allows: () => true } as never;
    const access = new GraphqlAccess({ upgradeRules: { hosts }, authorize });

    expect(access.upgradeRefusal(undefined)).toBeUndefined();
    expect(access.upgradeRefusal('Bearer right')).toBeUndefined();
    expect(access.upgradeRefusal('Bearer wrong')?.why).toContain('API_TOKENS');
    expect(access.mayConnect('Bearer right', undefined)).toBe(true);
    expect(access.mayConnect(undefined, { authorization: 'Bearer right' })).toBe(true);
    expect(access.mayConnect(undefined, { authorization: 'Bearer wrong' })).toBe(false);
    expect(access.mayConnect(undefined, undefined)).toBe(false);
    expect(access.mayConnect(undefined, { authorization: ['Bearer right'] })).toBe(false);
  });
});

describe('POST /graphql', () => {
  it('says with a code that Inngest is away', async () => {
    const { url, inngest } = await start();
    await inngest.close();
    const { body } = await execute(url, { query: `{ demoTask(eventId: "${UNKNOWN}") { status } }` });
    const client = new GraphqlClient(url);
    const progress = client.subscribe(UNKNOWN);
    await progress.over;
    await client.close();

    const error = {
      message: expect.stringMatching(/^Inngest not reachable at http:.*: no connection\.$/),
      extensions: { code: 'INNGEST_UNREACHABLE', retryAfter: 5 },
    };
    expect(body).toEqual({ data: { demoTask: null }, errors: [expect.objectContaining(error)] });
    expect(progress.errors).toEqual([expect.objectContaining(error)]);
  });

  it('says with a code that the functions are not registered yet', async () => {
    const { url } = await start();
    const query = 'mutation { requestDemoTask(input: { taskId: "x" }) { eventId } }';

    expect((await execute(url, { query })).body.errors[0].extensions).toEqual({
      code: 'NOT_REGISTERED',
      retryAfter: 5,
    });
  });

  it('refuses what is too deep or asks for too much, also by fragments and aliases', async () => {
    const { url } = await start();
    const many = Array.from({ length: 20 }, (_, i) => `t${i}: demoTasks(first: 100) { edges { cursor } }`);
    const fragments = Array.from(
      { length: 25 },
      (_, i) => `fragment f${i} on Query { ...f${i + 1} x${i}: __typename ...f${i + 1} }`,
    );
    const large = [
      `{ ${many.join(' ')} }`,
      `{ ...f0 } ${fragments.join(' ')} fragment f25 on Query { __typename }`,
    ];
    const deep = `{ ${'... on Query { '.repeat(500)} __typename ${'}'.repeat(501)}`;

    for (const query of large) {
      const { status, body } = await execute(url, { query });
      expect([status, body.errors[0].extensions.code]).toEqual([400, 'OPERATION_TOO_LARGE']);
    }
    expect((await execute(url, { query: deep })).body.errors[0].message).toMatch(/tokens|Syntax/);
    const { body: page } = await execute(url, {
      query:
        'query ($n: Int) { demoTasks(first: $n) { edges { node { run { id status queuedAt startedAt endedAt } } } } }',
      variables: { n: 100 },
    });
    expect(page.errors[0].extensions.code).not.toBe('OPERATION_TOO_LARGE');
  });

  it('tells its schema in development only, unless it is asked for', async () => {
    const query = '{ __schema { queryType { name } } }';
    const asked = async (environment: Record<string, string>) =>
      (await execute((await start(environment)).url, { query }, { authorization: `Bearer ${token}` })).body;
    const token = 'a-token-of-16-letters';
    const keys = {
      INNGEST_DEV: 'false',
      INNGEST_EVENT_KEY: 'key',
      INNGEST_SIGNING_KEY: 'abcd',
      API_TOKENS: token,
    };

    expect(await asked({})).toEqual({ data: { __schema: { queryType: { name: 'Query' } } } });
    expect((await asked({ NODE_ENV: 'production', INNGEST_DEV: 'true' })).errors[0].message).toContain(
      'introspection',
    );
    expect((await asked(keys)).errors[0].message).toContain('introspection');
    expect(await asked({ ...keys, GRAPHQL_INTROSPECTION: 'true' })).toHaveProperty('data.__schema');
  });

  it('answers no page of another site, no form, and no GET', async () => {
    const { url } = await start();
    const query = '{ __typename }';
    const form = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'text/plain' },
      body: JSON.stringify({ query }),
    });
    const got = await fetch(`${url}/graphql?query={__typename}`);

    expect((await execute(url, { query }, { origin: 'https://evil.example' })).status).toBe(403);
    expect(form.status).toBe(415);
    expect(got.status).toBe(400);
    expect((await fetch(`${url}/graphql`)).status).toBe(405);
  });

  it('names what is wrong with a body, and shows no stack', async () => {
    const { url } = await start();

    expect((await execute(url, { queri: '{ __typename }' })).body).toEqual({
      errors: [
        {
          message: 'The request is not valid: queri, query.',
          extensions: { code: 'BAD_USER_INPUT', fields: expect.any(Array) },
        },
      ],
    });
    expect((await execute(url, [{ query: '{ __typename }' }])).status).toBe(400);
    const { body } = await execute(url, { query: '{ demoTask(id: 1) { x } }' });
    expect(body.errors.map(({ extensions }: { extensions: object }) => extensions)).toEqual(
      expect.arrayContaining([{ code: 'GRAPHQL_VALIDATION_FAILED' }]),
    );
    expect(JSON.stringify(body)).not.toContain('stack');
  });

  it('asks for a token, and limits requests', async () => {
    const token = 'a-token-of-16-letters';
    const { url } = await start({ API_TOKENS: token, REQUEST_LIMIT: '2' });
    const query = '{ __typename }';
    const ask = () => execute(url, { query }, { authorization: `Bearer ${token}` });

    expect((await execute(url, { query })).status).toBe(401);
    expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
    const { status, headers, body } = await ask();
    expect([status, body.errors[0].extensions.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
    expect(headers.get('retry-after')).toBe('60');
  });

  it('is not there with GRAPHQL=false', async () => {
    const { url } = await start({ GRAPHQL: 'false' });

    expect((await execute(url, { query: '{ __typename }' })).status).toBe(404);
    expect(await connect(url, {}, INIT)).not.toBe(ACK);
  });
});
