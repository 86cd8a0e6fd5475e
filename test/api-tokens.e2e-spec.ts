import { VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { ask } from './support/bad-input/send-request.js';
import { workerRoutes } from './support/bad-input/routes.js';
import { startWorker, type TestWorker } from './support/start-worker.js';

const OLD = 'old-token-0123456789';
const NEW = 'new-token-0123456789';

let server: EmbeddedInngest;
let worker: TestWorker;

beforeAll(async () => {
  server = await EmbeddedInngest.start({ port: 0, logger: false });
  worker = await startWorker(
    { INNGEST_URL: server.url, API_TOKENS: `${OLD}, ${NEW}` },
    { clock: new VirtualClock() },
  );
});

afterAll(async () => {
  await worker.close();
  await server.close();
});

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Every path of the worker with values for its parameters, and some paths without a route. */
const PATHS = [
  ...workerRoutes.map(({ route }) => route.replace(/^ANY/, 'PATCH').replace(':eventId', 'none')),
  'GET /',
  'GET /nothing',
  'POST /nothing',
  'OPTIONS /demo-tasks',
  'HEAD /demo-tasks/none',
  'GET /health',
  'GET /health/',
  'GET /healthy',
  'GET //health/live',
  'GET /HEALTH/live',
  'GET /api/inngest/more',
  'GET /api/inngestion',
  'GET /docs/../health/live',
].map((route) => route.split(' ') as [string, string]);

const isOpen = (path: string): boolean =>
  /^\/health\/./.test(path) || path === '/api/inngest' || path === '/api/inngest/';

describe('A worker with API_TOKENS', () => {
  it.each(PATHS.filter(([, path]) => !isOpen(path)))('needs a token: %s %s', async (method, path) => {
    const refused = await ask(worker.url, { method, path });
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([401, 'Bearer realm="worker"']);
    for (const token of [OLD, NEW]) {
      const { status } = await ask(worker.url, { method, path, headers: bearer(token) });
      expect(status).not.toBe(401);
    }
  });

  it.each(PATHS.filter(([, path]) => isOpen(path)))('needs no token: %s %s', async (method, path) => {
    expect((await ask(worker.url, { method, path })).status).not.toBe(401);
  });

  it.each<[string, string | undefined]>([
    ['none', undefined],
    ['another', `Bearer ${OLD}x`],
    ['the start of one', `Bearer ${OLD.slice(0, -1)}`],
    ['both at once', `Bearer ${OLD},${NEW}`],
    ['nothing behind the scheme', 'Bearer '],
    ['no scheme', OLD],
    ['another scheme', `Basic ${Buffer.from(`:${OLD}`).toString('base64')}`],
    ['upper case', `Bearer ${OLD.toUpperCase()}`],
  ])('refuses %s, and does not reveal a valid token', async (_what, authorization) => {
    const { status, text } = await ask(worker.url, {
      method: 'GET',
      path: '/demo-tasks/none',
      ...(authorization !== undefined && { headers: { authorization } }),
    });

    expect(status).toBe(401);
    expect(JSON.parse(text)).toEqual({
      statusCode: 401,
      error: 'Unauthorized',
      message: expect.stringContaining('API_TOKENS'),
    });
    expect(text).not.toContain(OLD);
  });

  it.each(['bearer', 'BEARER'])('accepts the scheme in upper and lower case: %s', async (scheme) => {
    const headers = { authorization: `${scheme} ${OLD}` };
    expect((await ask(worker.url, { method: 'GET', path: '/docs', headers })).status).toBe(200);
  });

  it.each(['token', 'access_token', 'api_token', 'authorization'])(
    'does not read a token from the query, also not for streams: %s',
    async (name) => {
      for (const path of ['/demo-tasks/none', '/demo-tasks/none/progress']) {
        const answer = await ask(worker.url, {
          method: 'GET',
          path: `${path}?${name}=${OLD}`,
          headers: { accept: 'text/event-stream', cookie: `${name}=${OLD}` },
        });
        expect(answer.status).toBe(401);
      }
    },
  );

  it('refuses before it reads the body', async () => {
    const answer = await ask(worker.url, {
      method: 'POST',
      path: '/demo-tasks',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{not json'),
    });
    expect(answer.status).toBe(401);
  });

  it('describes the token in its OpenAPI document', async () => {
    const { text } = await ask(worker.url, {
      method: 'GET',
      path: '/docs/openapi.json',
      headers: bearer(NEW),
    });
    expect(JSON.parse(text)).toMatchObject({
      security: [{ bearer: [] }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
    });
  });

  it('refuses pages of other sites, with and without a token', async () => {
    const { status } = await ask(worker.url, {
      method: 'GET',
      path: '/docs',
      headers: { ...bearer(NEW), origin: 'http://evil.example' },
    });
    expect(status).toBe(403);
  });
});

describe('A worker on this machine without API_TOKENS', () => {
  it('needs no token', async () => {
    const open = await startWorker({ INNGEST_URL: server.url }, { clock: new VirtualClock() });
    expect((await ask(open.url, { method: 'GET', path: '/demo-tasks/none' })).status).toBe(404);
    expect((await ask(open.url, { method: 'GET', path: '/docs' })).status).toBe(200);
    await open.close();
  });
});
