import { once } from 'node:events';
import { WebSocket } from 'ws';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { ask } from './support/bad-input/ask.js';

describe('The embedded server answers only this machine', () => {
  let server: EmbeddedInngest;
  let port: string;

  beforeAll(async () => {
    server = await EmbeddedInngest.start({ port: 0, logger: false });
    ({ port } = new URL(server.url));
  });

  afterAll(() => server.close());

  const status = async (path: string, headers: Record<string, string>, method = 'GET'): Promise<number> =>
    (await ask(server.url, { method, path, headers })).status;

  describe('by the name it is called', () => {
    it.each(['localhost', '127.0.0.1', '[::1]', 'host.docker.internal'])('%s', async (name) => {
      expect(await status('/health', { host: `${name}:${port}` })).toBe(200);
    });

    it.each(['evil.example', 'localhost.evil.example', '192.168.1.5', 'evil.example:8288', '['])(
      'and not by "%s" (DNS rebinding)',
      async (host) => {
        const answer = await ask(server.url, { method: 'GET', path: '/api/v2/events', headers: { host } });

        expect(answer.status).toBe(403);
        expect(JSON.parse(answer.text)).toEqual({
          error: `This server does not answer to the host "${host}".`,
          status: 403,
        });
      },
    );

    it('and takes no event otherwise', async () => {
      const body = Buffer.from(JSON.stringify({ name: 'go' }));
      const headers = { host: 'evil.example' };

      expect((await ask(server.url, { method: 'POST', path: '/e/key', headers, body })).status).toBe(403);
      const { text } = await ask(server.url, { method: 'GET', path: '/api/v2/events' });
      expect(JSON.parse(text)).toMatchObject({ data: [] });
    });
  });

  describe('and no page of another origin', () => {
    it.each(['http://evil.example', 'http://localhost:1', 'https://localhost', 'null'])(
      'that says so: %s',
      async (origin) => {
        expect(await status('/api/v2/runs', { origin })).toBe(403);
        expect(await status('/e/key', { origin, 'content-type': 'text/plain' }, 'POST')).toBe(403);
        expect(await status('/fn/register', { origin }, 'OPTIONS')).toBe(403);
      },
    );

    it.each(['cross-site', 'same-site'])(
      'that loads it as a script or an image, without saying so: %s',
      async (site) => {
        const headers = { 'sec-fetch-site': site, 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' };

        for (const path of ['/', '/dev', '/api/v2/events', '/api/v2/changes', '/v1/cancellations']) {
          expect(await status(path, headers)).toBe(403);
        }
      },
    );

    it('though a person may follow a link to the dashboard, and to nothing else', async () => {
      const headers = {
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      };

      expect(await status('/', headers)).toBe(200);
      expect(await status('/run?runID=x', headers)).toBe(302);
      expect(await status('/api/v2/events', headers)).toBe(403);
      expect(await status('/', { ...headers, 'sec-fetch-dest': 'iframe' })).toBe(403);
    });

    it('but its own, and what comes from no page', async () => {
      expect(await status('/api/v2/events', { origin: server.url, 'sec-fetch-site': 'same-origin' })).toBe(
        200,
      );
      expect(await status('/api/v2/events', { 'sec-fetch-site': 'none' })).toBe(200);
    });

    it('but one that was given a token, over a WebSocket', async () => {
      const topics = Buffer.from(JSON.stringify([{ channel: 'c', name: 't' }]));
      const headers = { 'content-type': 'application/json' };
      const made = await ask(server.url, {
        method: 'POST',
        path: '/v1/realtime/token',
        headers,
        body: topics,
      });
      const { jwt } = JSON.parse(made.text) as { jwt: string };
      const connect = (token: string): WebSocket =>
        new WebSocket(`${server.url.replace('http', 'ws')}/v1/realtime/connect?token=${token}`, {
          origin: 'http://evil.example',
        });

      const [error] = (await once(connect(`${jwt}x`), 'error')) as [Error];
      expect(error.message).toContain('401');
      const socket = connect(jwt);
      await once(socket, 'open');
      socket.terminate();
    });
  });
});
