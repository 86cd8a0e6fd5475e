import { once } from 'node:events';
import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import { gzipSync } from 'node:zlib';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { callBody } from '../src/inngest/testing/call.js';
import { closeAfterEach } from './support/close-after-each.js';
import { startWorker, type TestWorker } from './support/start-worker.js';

const SIGNING_KEY = 'a1'.repeat(32);
const KEYS = {
  INNGEST_DEV: 'false',
  INNGEST_EVENT_KEY: 'evkey',
  INNGEST_SIGNING_KEY: SIGNING_KEY,
  API_TOKENS: 'token-0123456789',
};

interface Answer {
  status: number | undefined;
  retryAfter: string | undefined;
  text: string;
}

/** Starts a request without sending its body. */
function begin(url: string, method: string, headers: Record<string, string> = {}): ClientRequest {
  const sent = request(url, {
    method,
    agent: false,
    headers: { 'content-type': 'application/json', 'transfer-encoding': 'chunked', ...headers },
  });
  sent.on('error', () => undefined);
  sent.flushHeaders();
  return sent;
}

async function answerTo(sent: ClientRequest): Promise<Answer> {
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode, retryAfter: answer.headers['retry-after'], text };
}

/** The answer to a request although no byte of its body is ever sent. */
async function answerBeforeBody(
  url: string,
  method = 'POST',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const sent = begin(url, method, headers);
  const answer = await answerTo(sent);
  sent.destroy();
  return answer;
}

function post(url: string, body: Buffer, headers: Record<string, string> = {}): Promise<Answer> {
  const sent = begin(url, 'POST', headers);
  sent.end(body);
  return answerTo(sent);
}

const closing = closeAfterEach();

describe('A server does not read a body before its sender has shown a key', () => {
  let server: EmbeddedInngest;
  let worker: TestWorker;

  beforeAll(async () => {
    server = await EmbeddedInngest.start({
      port: 0,
      logger: false,
      signingKey: SIGNING_KEY,
      eventKey: 'evkey',
    });
    worker = await startWorker(KEYS);
  });

  afterAll(async () => {
    await worker.close();
    await server.close();
  });

  it.each([
    ['POST', '/fn/register'],
    ['PUT', '/fn/register'],
    ['POST', '/v1/checkpoint/run/async'],
    ['POST', '/v1/realtime/token'],
    ['POST', '/v1/realtime/publish'],
    ['POST', '/v1/signals'],
    ['POST', '/v1/cancellations'],
    ['DELETE', '/v1/runs/run'],
    ['POST', '/api/v2/apps/a/functions/f/invoke'],
    ['POST', '/e/wrong'],
  ])('to the embedded server: %s %s', async (method, path) => {
    const answer = await answerBeforeBody(server.url + path, method);

    expect(answer.status).toBe(401);
  });

  it.each([
    ['no signature', {}],
    ['a signature from long ago', { 'x-inngest-signature': 't=1700000000&s=abc' }],
    ['a signature without a time', { 'x-inngest-signature': 's=abc' }],
    ['what is no signature', { 'x-inngest-signature': 'x' }],
  ])('to the worker: a call with %s', async (_what, headers) => {
    expect(await answerBeforeBody(`${worker.url}/api/inngest`, 'POST', headers)).toMatchObject({
      status: 401,
      text: '{"message":"Unauthorized"}',
    });
  });
});

describe('A server does not read a body before its sender has shown a key', () => {
  it('nor when no route reads it', async () => {
    const server = closing(await EmbeddedInngest.start({ port: 0, logger: false }));
    const worker = closing(await startWorker({}));

    expect(await answerBeforeBody(`${server.url}/nowhere`)).toMatchObject({ status: 404 });
    expect(await answerBeforeBody(`${server.url}/v1/traces/userland`)).toMatchObject({ status: 501 });
    expect(await answerBeforeBody(`${server.url}/e/key`, 'PUT')).toMatchObject({ status: 405 });
    expect(await answerBeforeBody(`${worker.url}/nowhere`)).toMatchObject({ status: 404 });
    expect(await answerBeforeBody(`${worker.url}/api/inngest`, 'DELETE')).toMatchObject({ status: 405 });
  });
});

describe('All bodies that are being read share a limit', () => {
  const bodies = { allBytes: 60_000 };
  const event = Buffer.from(JSON.stringify({ name: 'go', data: { blob: 'x'.repeat(90_000) } }));
  const small = Buffer.from(JSON.stringify({ name: 'go' }));
  const gzip = { 'content-encoding': 'gzip' };
  let server: EmbeddedInngest;

  beforeAll(async () => {
    server = await EmbeddedInngest.start({ port: 0, logger: false, bodies });
  });

  afterAll(() => server.close());

  it.each(['/e/key', '/v1/signals', '/fn/register', '/v1/checkpoint/run/async', '/v1/realtime/publish'])(
    'on the embedded server, which answers 503 and Retry-After above it: %s',
    async (path) => {
      const [plain, packed] = [
        await post(server.url + path, event),
        await post(server.url + path, gzipSync(event), gzip),
      ];

      expect([plain, packed]).toMatchObject([
        { status: 503, retryAfter: '1' },
        { status: 503, retryAfter: '1' },
      ]);
      expect(await post(`${server.url}/e/key`, small)).toMatchObject({ status: 200 });
    },
  );

  it('on the worker, for calls and requests together', async () => {
    const worker = closing(await startWorker({}, { bodies }));
    const call = Buffer.from(
      JSON.stringify(callBody({ fnId: 'x', event: { name: 'x', data: { blob: 'x'.repeat(90_000) } } })),
    );
    const inngest = `${worker.url}/api/inngest?fnId=x&stepId=step`;
    expect(await post(inngest, call)).toMatchObject({ status: 503, retryAfter: '1' });
    expect(await post(inngest, gzipSync(call), gzip)).toMatchObject({ status: 503, retryAfter: '1' });
    const tasks = `${worker.url}/demo-tasks`;
    expect(await post(tasks, event)).toMatchObject({ status: 503, retryAfter: '1' });

    // Each takes half of the limit. The incomplete one keeps its part.
    const task = Buffer.alloc(40_000, ' ');
    const slow = begin(tasks, 'POST');
    slow.write(task);
    await new Promise((resolve) => slow.write(' ', resolve));
    expect(await post(inngest, task)).toMatchObject({ status: 503 });
    slow.destroy();
  });

  it('and the server disconnects clients that keep their part without sending more', async () => {
    const impatient = closing(
      await EmbeddedInngest.start({ port: 0, logger: false, bodies: { ...bodies, idleMs: 20 } }),
    );
    const slow = begin(`${impatient.url}/e/key`, 'POST');
    slow.write(Buffer.alloc(50_000));

    expect(await answerTo(slow)).toMatchObject({ status: 408 });

    expect(await post(`${impatient.url}/e/key`, small)).toMatchObject({ status: 200 });
  });
});
