import { VirtualClock } from '../src/clock/index.js';
import { ask } from './support/bad-input/send-request.js';
import { closeAfterEach } from './support/close-after-each.js';
import { startWorker, type TestWorker } from './support/start-worker.js';

const TOKEN = 'token-0123456789abcdef';
const APP = 'https://app.example.com';
const closing = closeAfterEach();

async function start(variables: Record<string, string>): Promise<TestWorker> {
  const all = { INNGEST_URL: 'http://127.0.0.1:9', ...variables };
  return closing(await startWorker(all, { clock: new VirtualClock() }));
}

const preflight = (origin: string) => ({
  method: 'OPTIONS',
  path: '/demo-tasks',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
    'sec-fetch-site': 'cross-site',
    'sec-fetch-mode': 'cors',
  },
});

const get = (origin: string, path = '/demo-tasks/none', more: Record<string, string> = {}) => ({
  method: 'GET',
  path,
  headers: { origin, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', ...more },
});

describe('CORS_ORIGINS', () => {
  it('lets pages of no other site in, unless it is set', async () => {
    const { url } = await start({});
    for (const request of [preflight(APP), get(APP)]) {
      const { status, headers } = await ask(url, request);
      expect(status).toBe(403);
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it('lets pages of the named origins in, with a token', async () => {
    const { url } = await start({ CORS_ORIGINS: `${APP}/, http://localhost:5173`, API_TOKENS: TOKEN });

    const before = await ask(url, preflight(APP));
    expect(before.status).toBe(204);
    expect(before.headers).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-headers': expect.stringContaining('authorization'),
      vary: expect.stringContaining('Origin'),
    });
    expect(before.headers['access-control-allow-credentials']).toBeUndefined();
    const docs = await ask(url, get(APP, '/docs', { authorization: `Bearer ${TOKEN}` }));
    expect([docs.status, docs.headers['access-control-allow-origin']]).toEqual([200, APP]);
    // The page can read why it was refused.
    const refused = await ask(url, get('http://localhost:5173'));
    expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([
      401,
      'http://localhost:5173',
    ]);
  });

  it.each([
    'https://evil.example',
    'http://app.example.com',
    'https://app.example.com.evil.example',
    'https://sub.app.example.com',
    'https://app.example.com:8443',
    'null',
  ])('lets in no page of %s', async (origin) => {
    const { url } = await start({ CORS_ORIGINS: APP });
    for (const request of [preflight(origin), get(origin)]) {
      const { status, headers } = await ask(url, request);
      expect([status, headers['access-control-allow-origin']]).toEqual([403, undefined]);
    }
  });

  it('opens neither /api/inngest nor the server to other names', async () => {
    const { url } = await start({ CORS_ORIGINS: APP });

    expect((await ask(url, get(APP, '/api/inngest'))).status).toBe(403);
    expect((await ask(url, get(APP, '/docs', { host: 'evil.example' }))).status).toBe(403);
  });
});
