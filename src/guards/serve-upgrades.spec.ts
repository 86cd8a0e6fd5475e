import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AllowedHosts } from './allowed-hosts.js';
import { serveUpgrades } from './serve-upgrades.js';

const APP = 'https://app.example.com';

describe('WebSockets of a server', () => {
  let server: Server;
  let port: number;

  beforeAll(async () => {
    server = createServer();
    const hosts = new AllowedHosts({ listen: '127.0.0.1', isDevelopment: true });
    serveUpgrades(
      server,
      { hosts, origins: [APP] },
      {
        '/socket': ({ socket }) =>
          socket.end('HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\n\r\n'),
      },
    );
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
    ['are opened by a program', '/socket', {}, 101],
    ['are opened from a page that may call', '/socket', { origin: APP }, 101],
    ['are not opened where there is nothing', '/nothing', {}, 404],
    ['are not opened from a page of another site', '/socket', { origin: 'https://evil.example' }, 403],
  ])('%s', async (_what, path, headers, status) => {
    expect((await open(path, headers)).statusCode).toBe(status);
  });
});
