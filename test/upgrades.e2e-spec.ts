import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { WebSocket } from 'ws';
import { VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { AllowedHosts, serveUpgrades } from '../src/guards/index.js';
import { ask, askRaw } from './support/bad-input/send-request.js';
import { startWorker, type TestWorker } from './support/start-worker.js';

/** Whether this version of Node lets a server ignore an upgrade. */
const CAN_DECLINE = 'shouldUpgradeCallback' in createServer();
const EVIL = 'http://evil.example';

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

/** Sends a request with `Upgrade: <protocol>`, like curl with --http2. Returns the status and the body of the answer. */
async function upgrade(
  url: string,
  path: string,
  protocol: string,
  headers: Record<string, string> = {},
): Promise<string> {
  const { hostname, port, host } = new URL(url);
  const asking = request({
    hostname,
    port,
    path,
    agent: false,
    headers: {
      host,
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: protocol,
      'http2-settings': 'AAMAAABkAAQAoAAAAAIAAAAA',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      ...headers,
    },
  });
  asking.end();
  const [response] = (await once(asking, 'response')) as [IncomingMessage];
  const body = await text(response);
  asking.destroy();
  return `${response.statusCode} ${body}`;
}

describe('A WebSocket to the embedded server', () => {
  let jwt: string;

  beforeAll(async () => {
    const { text: made } = await ask(server.url, {
      method: 'POST',
      path: '/v1/realtime/token',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify([{ channel: 'c', name: 't' }])),
    });
    ({ jwt } = JSON.parse(made) as { jwt: string });
  });

  const connect = (options: { origin?: string; headers?: Record<string, string> }, token = jwt): WebSocket =>
    new WebSocket(`${server.url.replace('http', 'ws')}/v1/realtime/connect?token=${token}`, options);

  const refusal = async (socket: WebSocket): Promise<string> =>
    ((await once(socket, 'error')) as [Error])[0].message;

  it.each([
    ['another Host', { headers: { host: 'evil.example' } }],
    ['a page of another site', { origin: EVIL }],
    ['a page without an origin', { origin: 'null' }],
    ['a page that the browser says is elsewhere', { headers: { 'sec-fetch-site': 'cross-site' } }],
  ])('is refused to %s, with a token too', async (_, options) => {
    expect(await refusal(connect(options))).toContain('403');
  });

  it('is refused without a token', async () => {
    expect(await refusal(connect({}, `${jwt}x`))).toContain('401');
  });

  it.each([
    ['a program', {}],
    [
      'a page of this machine',
      { origin: 'http://localhost:3000', headers: { 'sec-fetch-site': 'same-site' } },
    ],
  ])('is opened for %s with a token', async (_, options) => {
    const socket = connect(options);
    await once(socket, 'open');
    socket.terminate();
  });
});

describe('A WebSocket to the worker', () => {
  it.each([
    ['another Host', { host: 'evil.example' }, '403'],
    ['a page of another site', { origin: EVIL }, '403'],
    ['anybody else: there is none', {}, '404'],
  ])('is refused to %s', async (_, headers, status) => {
    expect(await upgrade(worker.url, '/socket', 'websocket', headers)).toMatch(new RegExp(`^${status} `));
  });
});

describe('Upgrade: h2c', () => {
  it('is ignored by the worker', async () => {
    expect(await upgrade(worker.url, '/health/live', 'h2c')).toMatch(/^200 /);
  });

  it.each(['h2c', 'TLS/1.0', 'h2c, foo'])(
    'and %s is ignored by the embedded server too, or answered with advice',
    async (protocol) => {
      const answer = await upgrade(server.url, '/health', protocol);

      if (CAN_DECLINE) expect(answer).toMatch(/^200 /);
      else expect(answer).toMatch(/^400 [^]*Send the request without the header "Upgrade"/);
    },
  );

  it('is checked by the guards like every request', async () => {
    for (const { url } of [worker, server]) {
      expect(await upgrade(url, '/dev', 'h2c', { host: 'evil.example' })).toMatch(/^403 /);
      expect(await upgrade(url, '/dev', 'h2c', { origin: EVIL })).toMatch(/^403 /);
    }
  });

  it('is declined if Node lets a server decide, except for WebSockets', () => {
    const rules = { hosts: new AllowedHosts({ listen: '127.0.0.1', isDevelopment: true }) };
    const ableServer = Object.assign(createServer(), { shouldUpgradeCallback: () => true });
    serveUpgrades(ableServer, rules, {});
    const { shouldUpgradeCallback } = ableServer as unknown as {
      shouldUpgradeCallback: (request: { headers: { upgrade: string } }) => boolean;
    };

    const decide = (protocol: string): boolean => shouldUpgradeCallback({ headers: { upgrade: protocol } });
    expect(['websocket', 'WebSocket', 'h2c, websocket', 'h2c', 'xwebsocket'].map(decide)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('A client that disconnects while it is refused', () => {
  it('does not end the process', async () => {
    const { port } = new URL(server.url);
    const broken = `GET /x HTTP/1.1\r\nhost: evil.example\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`;
    await Promise.all(
      Array.from({ length: 20 }, () => askRaw(`http://127.0.0.1:${port}`, broken, { breakOff: true })),
    );

    expect((await ask(server.url, { method: 'GET', path: '/health' })).status).toBe(200);
  });
});
