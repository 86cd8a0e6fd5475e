import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AllowedHosts } from './allowed-hosts.js';
import { BearerTokens } from './bearer-tokens.js';
import { serveUpgrades } from './serve-upgrades.js';

const TOKEN = 'token-0123456789';
const APP = 'https://app.example.com';

describe('WebSockets of a server with tokens', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer();
    const hosts = new AllowedHosts({ listen: '127.0.0.1', isDevelopment: true });
    const rules = { hosts, origins: [APP], tokens: new BearerTokens([TOKEN]) };
    serveUpgrades(server, rules, {
      '/socket': ({ socket }) => socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n'),
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    ({ port } = server.address() as AddressInfo);
  });

  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const open = (path: string, headers: Record<string, string>): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const all = { connection: 'upgrade', upgrade: 'websocket', ...headers };
      const asking = request({ port, host: '127.0.0.1', path, headers: all, agent: false });
      asking.on('response', (response) => resolve(response.resume()));
      asking.on('upgrade', (response, socket) => {
        socket.destroy();
        resolve(response);
      });
      asking.on('error', reject).end();
    });

  it.each<[string, string, Record<string, string>, number]>([
    ['with one', '/socket', { authorization: `Bearer ${TOKEN}` }, 101],
    [
      'with one, from a page that may call',
      '/socket',
      { authorization: `Bearer ${TOKEN}`, origin: APP },
      101,
    ],
    ['without', '/socket', {}, 401],
    ['with another', '/socket', { authorization: `Bearer ${TOKEN}x` }, 401],
    ['with one in the address', `/socket?token=${TOKEN}`, {}, 401],
    ['with one in the protocol', '/socket', { 'sec-websocket-protocol': TOKEN }, 401],
    ['without, where there is nothing', '/nothing', {}, 401],
    [
      'from a page of another site',
      '/socket',
      { authorization: `Bearer ${TOKEN}`, origin: 'https://evil.example' },
      403,
    ],
  ])('%s', async (_what, path, headers, status) => {
    const { statusCode, headers: answered } = await open(path, headers);
    expect(statusCode).toBe(status);
    expect(answered['www-authenticate']).toBe(status === 401 ? 'Bearer realm="worker"' : undefined);
  });
});
