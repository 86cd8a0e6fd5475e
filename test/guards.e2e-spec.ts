import { VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { callBody } from '../src/inngest/testing/call.js';
import { ask, type Sent } from './support/bad-input/send-request.js';
import { startWorker, type TestWorker } from './support/start-worker.js';

/** A route of a server. */
interface Door extends Sent {
  /** The status of an allowed request. */
  good: number;
}

interface Guarded {
  name: string;
  url: () => string;
  /** The body of a refusal. */
  refusal: (reason: string) => object;
  /** Routes of each kind: some that read, some that change something, and the endpoint for Inngest. */
  doors: Door[];
  /** A route that refuses bodies that are not JSON. */
  takingJson: Door[];
  /** A page that links on other sites may open. */
  page: string;
}

const json = (body: unknown): Pick<Sent, 'headers' | 'body'> => ({
  headers: { 'content-type': 'application/json' },
  body: Buffer.from(JSON.stringify(body)),
});

let server: EmbeddedInngest;
let worker: TestWorker;

beforeAll(async () => {
  server = await EmbeddedInngest.start({ port: 0, logger: false });
  worker = await startWorker({ INNGEST_URL: server.url }, { clock: new VirtualClock() });
});

afterAll(async () => {
  await worker.close();
  await server.close();
});

const register = { appName: 'a', url: 'http://127.0.0.1:9/x', functions: [] };

const EMBEDDED: Guarded = {
  name: 'The embedded server',
  url: () => server.url,
  refusal: (error) => ({ error, status: 403 }),
  doors: [
    { method: 'GET', path: '/', good: 200 },
    { method: 'GET', path: '/dev', good: 200 },
    { method: 'GET', path: '/api/v2/events', good: 200 },
    { method: 'POST', path: '/e/key', ...json({ name: 'go' }), good: 200 },
    { method: 'POST', path: '/fn/register', ...json(register), good: 200 },
    { method: 'POST', path: '/v1/realtime/publish?channel=c&topic=t', ...json(1), good: 200 },
    { method: 'GET', path: '/nothing', good: 404 },
  ],
  takingJson: [
    { method: 'POST', path: '/fn/register', ...json(register), good: 200 },
    { method: 'POST', path: '/api/v2/events', ...json({ name: 'go', data: {} }), good: 200 },
  ],
  page: '/',
};

const WORKER: Guarded = {
  name: 'The worker',
  url: () => worker.url,
  refusal: (message) => ({ message, error: 'Forbidden', statusCode: 403 }),
  doors: [
    { method: 'GET', path: '/docs', good: 200 },
    { method: 'GET', path: '/api/inngest', good: 200 },
    { method: 'PUT', path: '/api/inngest', good: 200 },
    { method: 'POST', path: '/api/inngest?fnId=none', ...json(callBody({ fnId: 'none' })), good: 500 },
    { method: 'POST', path: '/demo-tasks', ...json({}), good: 400 },
    { method: 'GET', path: '/demo-tasks/01AN4Z07BY79KA1307SR9X4MV3', good: 404 },
    { method: 'GET', path: '/nothing', good: 404 },
  ],
  takingJson: [
    { method: 'POST', path: '/api/inngest?fnId=none', ...json(callBody({ fnId: 'none' })), good: 500 },
    { method: 'POST', path: '/demo-tasks', ...json({}), good: 400 },
  ],
  page: '/docs',
};

describe.each([EMBEDDED, WORKER])('$name', ({ url, refusal, doors, takingJson, page }) => {
  const at = ({ method, path, headers, body }: Sent, more: Record<string, string> = {}) =>
    ask(url(), { method, path, headers: { ...headers, ...more }, ...(body && { body }) });
  const port = (): string => new URL(url()).port;

  /** Sends a request to every route and compares the statuses. */
  const everywhere = async (more: () => Record<string, string>, expected: (door: Door) => number) => {
    for (const door of doors) {
      const { status } = await at(door, more());
      expect([door.method, door.path, status]).toEqual([door.method, door.path, expected(door)]);
    }
  };

  it.each(['localhost', '127.0.0.1', '[::1]', 'host.docker.internal'])('answers as %s', async (name) => {
    await everywhere(
      () => ({ host: `${name}:${port()}` }),
      ({ good }) => good,
    );
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '192.168.1.5',
    '0.0.0.0',
    'evil.example:8288',
    '[',
    'a@localhost',
  ])('refuses the host "%s" (DNS rebinding), with a reason', async (host) => {
    await everywhere(
      () => ({ host }),
      () => 403,
    );
    const { text } = await at(doors[0]!, { host });
    expect(JSON.parse(text)).toEqual(refusal(`This server does not answer to the host "${host}".`));
  });

  it('ignores the headers of proxies', async () => {
    const headers = { 'x-forwarded-host': 'localhost', forwarded: 'host=localhost' };
    await everywhere(
      () => ({ ...headers, host: 'evil.example' }),
      () => 403,
    );
  });

  it('answers probes under any host', async () => {
    const path = url() === server.url ? '/health' : '/health/live';

    expect((await at({ method: 'GET', path }, { host: '10.0.0.7:3001' })).status).toBe(200);
    expect((await at({ method: 'GET', path }, { origin: 'http://evil.example' })).status).toBe(403);
  });

  it.each(['http://evil.example', 'http://localhost:1', 'https://localhost', 'null', 'http://localhost'])(
    'refuses a page of %s',
    async (origin) => {
      await everywhere(
        () => ({ origin }),
        () => 403,
      );
      expect((await ask(url(), { method: 'OPTIONS', path: '/demo-tasks', headers: { origin } })).status).toBe(
        403,
      );
    },
  );

  it.each(['cross-site', 'same-site'])('refuses a page that does not send its origin: %s', async (site) => {
    const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' };
    await everywhere(
      () => headers,
      () => 403,
    );
  });

  it('answers its own pages, people, and programs', async () => {
    const host = `localhost:${port()}`;
    const own: Record<string, string>[] = [
      { host, origin: `http://${host}`, 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none' },
      // The headers that Node's fetch sends.
      { 'sec-fetch-mode': 'cors' },
    ];
    for (const headers of own) {
      await everywhere(
        () => headers,
        ({ good }) => good,
      );
    }
  });

  it('lets links of other sites open its page, and nothing else', async () => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };

    expect((await at({ method: 'GET', path: page }, link)).status).toBe(200);
    expect((await at({ method: 'GET', path: page }, { ...link, 'sec-fetch-dest': 'iframe' })).status).toBe(
      403,
    );
    expect((await at({ method: 'POST', path: page }, link)).status).toBe(403);
    for (const door of doors.filter(({ path }) => path !== page))
      expect((await at(door, link)).status).toBe(403);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
    'text/plain;json',
  ])('refuses a body of type "%s", because any page may send it', async (type) => {
    for (const door of takingJson) {
      expect((await at(door)).status).toBe(door.good);
      expect((await at(door, { 'content-type': type })).status).toBe(415);
    }
  });

  it('sets the headers that protect its answers in browsers, also on refusals', async () => {
    for (const door of doors) {
      for (const more of [undefined, { host: 'evil.example' }]) {
        const { headers } = await at(door, more);
        expect(headers).toMatchObject({
          'x-content-type-options': 'nosniff',
          'x-frame-options': 'DENY',
          'referrer-policy': 'no-referrer',
          'cross-origin-resource-policy': 'same-origin',
          'cross-origin-opener-policy': 'same-origin',
          'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
        });
        expect(headers['x-powered-by']).toBeUndefined();
      }
    }
  });
});

describe('The embedded server', () => {
  it('accepts events and messages of any type, but not from pages', async () => {
    const event = { method: 'POST', path: '/e/key', body: Buffer.from('{"name":"page"}') };
    const plain = { 'content-type': 'text/plain' };

    expect((await ask(server.url, { ...event, headers: plain })).status).toBe(200);
    const origin = 'http://evil.example';
    expect((await ask(server.url, { ...event, headers: { ...plain, origin } })).status).toBe(403);
  });

  it('and a worker accept requests without a body, which have no type', async () => {
    const { status } = await ask(server.url, {
      method: 'POST',
      path: '/api/v2/runs/01AN4Z07BY79KA1307SR9X4MV3/cancel',
    });

    expect(status).toBe(404);
    expect((await ask(worker.url, { method: 'PUT', path: '/api/inngest' })).status).toBe(200);
  });
});
