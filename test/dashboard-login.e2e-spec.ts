import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest, type EmbeddedInngestOptions } from '../src/embedded/index.js';
import { ask, type Answer } from './support/bad-input/send-request.js';
import { closeAfterEach } from './support/close-after-each.js';

const SIGNING_KEY = 'a1'.repeat(32);
const PASSWORD = 'correct horse';
const RUN = '/api/v2/runs/01AN4Z07BY79KA1307SR9X4MV3';
const closing = closeAfterEach();

let clock: VirtualClock;
let server: EmbeddedInngest;

async function start(options: EmbeddedInngestOptions = {}): Promise<EmbeddedInngest> {
  clock = new VirtualClock();
  const keys = { signingKey: SIGNING_KEY, dashboardPassword: PASSWORD };
  server = await EmbeddedInngest.start({ port: 0, logger: false, clock, ...keys, ...options });
  return server;
}

/** Starts one server for all tests of a block. */
function startForAll(options: EmbeddedInngestOptions = {}): void {
  beforeAll(() => start(options));
  afterAll(() => server.close());
}

function request(method: string, path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(server.url, { method, path, headers });
}

function logIn(secret: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(server.url, {
    method: 'POST',
    path: '/dashboard/session',
    headers: { 'content-type': 'application/json', ...headers },
    body: Buffer.from(JSON.stringify({ secret })),
  });
}

/** The cookie of a login, in the form in which the browser sends it back. */
function cookieOf({ headers }: Answer): string {
  return headers['set-cookie']![0]!.split(';')[0]!;
}

const origin = (): string => new URL(server.url).origin;

describe('The dashboard of a server with a signing key', () => {
  startForAll();

  it('is the login page, and the API answers 401', async () => {
    const page = await request('GET', '/');

    expect(page).toMatchObject({ status: 200, headers: { 'cache-control': 'no-cache' } });
    expect(page.text).toContain('Signing key or password');
    expect(page.text).not.toContain('main.js');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
    for (const path of ['/api/v2/runs', '/api/v2/changes', '/v1/events'])
      expect((await request('GET', path)).status).toBe(401);
  });

  it.each([
    ['the signing key', SIGNING_KEY],
    ['the signing key with a prefix', `signkey-prod-${SIGNING_KEY.toUpperCase()}`],
    ['the signing key with spaces around it', ` ${SIGNING_KEY}\n`],
    ['the password', PASSWORD],
  ])('accepts %s, and gives a cookie that opens it', async (_what, secret) => {
    const answer = await logIn(secret);

    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(/^inngest_session=[\w.-]+; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/),
    ]);
    const cookie = cookieOf(answer);
    expect(cookie).not.toContain(secret);
    expect((await request('GET', '/', { cookie })).text).toMatch(/<body data-has-log-out>[^]*id="app"/);
    for (const path of ['/api/v2/runs', '/api/v2/changes', '/v1/events'])
      expect((await request('GET', path, { cookie: `other=1; ${cookie}` })).status).toBe(200);
  });

  it.each([
    ['another key', 'b2'.repeat(32)],
    ['the start of the key', SIGNING_KEY.slice(0, -2)],
    ['another password', `${PASSWORD}s`],
    ['nothing', ''],
  ])('refuses %s', async (_what, secret) => {
    const { status, headers, text } = await logIn(secret);
    expect([status, headers['set-cookie']]).toEqual([401, undefined]);
    expect(JSON.parse(text)).toMatchObject({ error: expect.stringContaining('neither the signing key') });
  });

  it('refuses cookies that it did not sign, or for another time', async () => {
    const [name, value = ''] = cookieOf(await logIn(PASSWORD)).split('=');
    const [endsAt = '', id = '', signature = ''] = value.split('.');
    for (const forged of [
      '',
      '..',
      `${Number(endsAt) + 1}.${id}.${signature}`,
      `${endsAt}.x.${signature}`,
      `${endsAt}.${id}.`,
      `${endsAt}.${id}.${signature}.`,
      `Infinity.${id}.${signature}`,
    ]) {
      expect((await request('GET', '/api/v2/runs', { cookie: `${name}=${forged}` })).status).toBe(401);
    }
  });

  it('gives a cookie that does not open the endpoints for apps', async () => {
    const cookie = cookieOf(await logIn(PASSWORD));
    const headers = { cookie, origin: origin(), 'content-type': 'application/json' };
    for (const path of [
      '/fn/register',
      '/v1/checkpoint/01AN4Z07BY79KA1307SR9X4MV3/async',
      '/v1/realtime/token',
    ])
      expect((await request('POST', path, headers)).status).toBe(401);
  });

  it('ignores the cookie if the request shows a key', async () => {
    const cookie = cookieOf(await logIn(PASSWORD));
    const headers = { cookie, authorization: `Bearer ${'b2'.repeat(32)}` };
    expect((await request('GET', '/api/v2/runs', headers)).status).toBe(401);
  });
});

describe('The dashboard of a server with a signing key', () => {
  it('accepts no password if none is set, and no secret that is not a string', async () => {
    closing(await start({ dashboardPassword: undefined }));
    expect((await logIn('')).status).toBe(401);
    expect((await logIn('undefined')).status).toBe(401);
    for (const secret of [null, 1, [PASSWORD], { $ne: '' }]) expect((await logIn(secret)).status).toBe(400);
  });
});

describe('A request that changes something', () => {
  startForAll();

  it.each<[string, string, string]>([
    ['POST', `${RUN}/cancel`, '404'],
    ['POST', `${RUN}/rerun`, '404'],
    ['POST', '/api/v2/events', '400'],
    ['DELETE', '/v1/runs/01AN4Z07BY79KA1307SR9X4MV3', '404'],
    ['DELETE', '/dashboard/session', '204'],
  ])('needs the origin of the page besides the cookie: %s %s', async (method, path, allowed) => {
    const cookie = cookieOf(await logIn(PASSWORD));
    const { port } = new URL(server.url);

    for (const other of [
      undefined,
      'null',
      `http://localhost:${Number(port) + 1}`,
      `http://127.0.0.1:${port}`,
      `https://localhost:${port}`,
      'http://evil.example',
    ]) {
      const headers = { cookie, host: `localhost:${port}`, ...(other !== undefined && { origin: other }) };
      expect([other, (await request(method, path, headers)).status]).toEqual([other, 403]);
    }
    const own = { cookie, host: `localhost:${port}`, origin: `http://localhost:${port}` };
    expect(String((await request(method, path, own)).status)).toBe(allowed);
  });

  it('needs no origin with the signing key, because programs send none', async () => {
    const headers = { authorization: `Bearer ${SIGNING_KEY}` };
    expect((await request('POST', `${RUN}/cancel`, headers)).status).toBe(404);
  });
});

describe('Behind a proxy with https', () => {
  const dashboardOrigin = 'https://inngest.example.com';
  startForAll({ dashboardOrigin });

  it('the origin is DASHBOARD_ORIGIN, and the cookie is Secure', async () => {
    // Some proxies pass on the Host of the request, others send their own.
    for (const host of ['inngest.example.com', new URL(server.url).host]) {
      const headers = { host, origin: dashboardOrigin };
      expect((await request('GET', '/', { host })).status).toBe(200);
      const answer = await logIn(PASSWORD, headers);
      expect(answer.headers['set-cookie']).toEqual([expect.stringMatching(/; Secure$/)]);
      const cookie = cookieOf(answer);
      expect((await request('POST', `${RUN}/cancel`, { ...headers, cookie })).status).toBe(404);
      const other = { host, cookie, origin: `http://${host}` };
      expect((await request('POST', `${RUN}/cancel`, other)).status).toBe(403);
    }
  });

  it('no page of another origin can log in', async () => {
    expect((await logIn(PASSWORD, { origin: origin() })).status).toBe(403);
    expect((await logIn(PASSWORD, { origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('A login', () => {
  startForAll();

  it('ends after 12 hours, with the streams that it opened', async () => {
    const cookie = cookieOf(await logIn(PASSWORD));
    const stream = await streamOf(cookie);

    await clock.advance(12 * 60 * 60 * 1_000 - 1);
    expect((await request('GET', '/api/v2/runs', { cookie })).status).toBe(200);
    await clock.advance(1);

    expect((await request('GET', '/api/v2/runs', { cookie })).status).toBe(401);
    await stream.ended;
  });

  it('ends with a logout in all windows, with its streams; other logins do not end', async () => {
    const [cookie, other] = [cookieOf(await logIn(PASSWORD)), cookieOf(await logIn(PASSWORD))];
    const stream = await streamOf(cookie);

    const { status, headers } = await request('DELETE', '/dashboard/session', { cookie, origin: origin() });

    expect([status, headers['set-cookie']]).toEqual([
      204,
      [expect.stringMatching(/^inngest_session=; Max-Age=0;/)],
    ]);
    await stream.ended;
    expect((await request('GET', '/api/v2/runs', { cookie })).status).toBe(401);
    expect((await request('GET', '/api/v2/runs', { cookie: other })).status).toBe(200);
  });
});

describe('A login', () => {
  let cookie: string;

  beforeAll(async () => {
    await start();
    cookie = cookieOf(await logIn(SIGNING_KEY));
    await server.close();
  });

  it.each<[string, EmbeddedInngestOptions, number]>([
    ['survives a restart', {}, 200],
    ['ends with a new signing key', { signingKey: 'b2'.repeat(32) }, 401],
    [
      'ends with a new signing key, though the old one is the fallback',
      { signingKey: 'b2'.repeat(32), signingKeyFallback: SIGNING_KEY },
      401,
    ],
    ['ends with a new password', { dashboardPassword: 'battery staple' }, 401],
    ['ends when the password is taken away', { dashboardPassword: undefined }, 401],
  ])('%s', async (_what, changed, status) => {
    closing(await start(changed));
    expect((await request('GET', '/api/v2/runs', { cookie })).status).toBe(status);
  });
});

describe('A login', () => {
  it('that was ended by a log out does not begin again with a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sessions-'));
    const dataFile = join(folder, 'inngest.db');
    closing(await start({ dataFile }));
    const [cookie, other] = [cookieOf(await logIn(PASSWORD)), cookieOf(await logIn(PASSWORD))];
    await request('DELETE', '/dashboard/session', { cookie, origin: origin() });
    await server.close();

    closing(await start({ dataFile }));

    expect((await request('GET', '/api/v2/runs', { cookie })).status).toBe(401);
    expect((await request('GET', '/api/v2/runs', { cookie: other })).status).toBe(200);
    await server.close();
    rmSync(folder, { recursive: true });
  });

  it('is refused after ten wrong secrets within a minute', async () => {
    closing(await start());
    for (let wrong = 0; wrong < 9; wrong++) expect((await logIn('wrong')).status).toBe(401);
    // A correct secret does not count.
    expect((await logIn(PASSWORD)).status).toBe(204);
    await clock.advance(20_000);
    expect((await logIn('wrong')).status).toBe(401);

    for (const secret of ['wrong', PASSWORD, SIGNING_KEY]) {
      const { status, headers, text } = await logIn(secret);
      expect([status, headers['retry-after'], headers['set-cookie']]).toEqual([429, '40', undefined]);
      expect(JSON.parse(text)).toMatchObject({ error: 'Too many wrong tries. Try again in 40 s.' });
    }
    await clock.advance(40_000);
    expect((await logIn(PASSWORD)).status).toBe(204);
  });
});

describe('The dashboard of a server without a signing key', () => {
  it('needs no login, with or without a password', async () => {
    closing(await start({ signingKey: undefined }));
    const { text } = await request('GET', '/');
    expect(text).toMatch(/<body>[^]*id="app"/);
    expect((await request('POST', `${RUN}/cancel`)).status).toBe(404);
    expect((await logIn(PASSWORD)).status).toBe(400);
  });
});

/** Opens a stream of changes with a cookie. Resolves when the stream is open. */
async function streamOf(cookie: string): Promise<{ ended: Promise<unknown> }> {
  const asking = get(`${server.url}/api/v2/changes`, { headers: { cookie }, agent: false });
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  expect(response.statusCode).toBe(200);
  return { ended: once(response.resume(), 'end') };
}
