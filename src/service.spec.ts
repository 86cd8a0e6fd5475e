import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../test/support/bad-input/send-request.js';
import type { AppOptions } from './app.module.js';
import { VirtualClock } from './clock/index.js';
import { Settings } from './config/index.js';
import { Service } from './service.js';
import { StartError } from './start.error.js';

const FREE = { PORT: '0', INNGEST_EMBEDDED_PORT: '0', INNGEST_EMBEDDED_DATA: ':memory:' };

let occupied: Server;
let port: number;

beforeAll(async () => {
  occupied = createServer();
  await new Promise<void>((resolve) => occupied.listen(0, '127.0.0.1', resolve));
  ({ port } = occupied.address() as AddressInfo);
});

afterAll(() => new Promise((resolve) => occupied.close(resolve)));

function start(variables: Record<string, string>, options: AppOptions = {}): Promise<Service> {
  return Service.start(Settings.from({ ...FREE, ...variables }), { logger: false, ...options });
}

async function registered({ registration }: Service): Promise<void> {
  if (registration.state === 'registered') return;
  await new Promise<void>((resolve) => {
    registration.onChange((state) => state === 'registered' && resolve());
  });
}

async function post(service: Service, task: object): Promise<string> {
  const response = await fetch(`${service.url}/demo-tasks`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(task),
  });
  return response.headers.get('location')!;
}

async function status(service: Service, location: string): Promise<string> {
  const response = await fetch(service.url + location);
  return ((await response.json()) as { status: string }).status;
}

describe('The service', () => {
  it('runs a task on the Inngest server in its own process', async () => {
    const clock = new VirtualClock();
    const service = await start({}, { clock });
    expect([service.target, service.asksToLogIn]).toEqual(['embedded', false]);
    await registered(service);
    const location = await post(service, { taskId: 'first' });
    await clock.pass(async () => (await status(service, location)) === 'COMPLETED');
    await service.stop();
  });

  it('signs and checks what passes between worker and server, when given keys', async () => {
    const clock = new VirtualClock();
    const service = await start(
      { INNGEST_EVENT_KEY: 'event-key', INNGEST_SIGNING_KEY: '12abcdef' },
      { clock },
    );
    await registered(service);
    const unsigned = await fetch(`${service.registration.url}/v1/events/01AN4Z07BY79KA1307SR9X4MV3`);
    expect(unsigned.status).toBe(401);
    expect([service.asksToLogIn, (await fetch(service.registration.url)).status]).toEqual([true, 200]);
    const location = await post(service, { taskId: 'first', delayMs: 0 });
    await clock.pass(async () => (await status(service, location)) === 'COMPLETED');
    await service.stop();
  });

  it('answers as itself and by the names in ALLOWED_HOSTS, on both servers', async () => {
    const service = await start({ ALLOWED_HOSTS: 'tasks.example.com' });
    const doors: [string, string][] = [
      [service.url, '/docs'],
      [service.registration.url, '/dev'],
    ];
    const statuses = doors.map(([url, path]) =>
      Promise.all(
        ['localhost', 'tasks.example.com', 'evil.example'].map(
          async (host) => (await ask(url, { method: 'GET', path, headers: { host } })).status,
        ),
      ),
    );

    expect(await Promise.all(statuses)).toEqual([
      [200, 200, 403],
      [200, 200, 403],
    ]);
    await service.stop();
  });

  it('leaves nothing running when METRICS_PORT is taken, and says which setting to change', async () => {
    await expect(start({ METRICS_PORT: String(port) })).rejects.toThrow(
      new RegExp(`Port ${port} already in use[^]*METRICS_PORT=${port + 1} npm start`),
    );
  });

  it('lets a call in flight finish and report its steps before it stops', async () => {
    const clock = new VirtualClock();
    const service = await start({}, { clock });
    await registered(service);
    const inngest = service.registration.url;
    const location = await post(service, { taskId: 'first', delayMs: 5_000 });
    const eventId = location.split('/').at(-1)!;
    await clock.advance(1_000);
    expect(await status(service, location)).toBe('RUNNING');

    let last: unknown;
    const ask = async (): Promise<void> => {
      const response = await fetch(`${inngest}/api/v2/events/${eventId}/runs`);
      last = ((await response.json()) as { data: { status: string }[] }).data[0]!.status;
    };
    // Hooks in after the calls in progress have ended and before the worker ends.
    const { registration } = service;
    const end = registration.beforeApplicationShutdown.bind(registration);
    const beforeApplicationShutdown = async (): Promise<void> => {
      await ask();
      end();
    };
    Object.assign(registration, { beforeApplicationShutdown });
    const stopping = service.stop();
    const ready = await fetch(`${service.url}/health/ready`);
    await clock.advance(4_000);
    await stopping;
    expect(ready.status).toBe(503);
    expect(last).toBe('COMPLETED');
    await expect(ask()).rejects.toThrow('fetch failed');
  });

  it('ends the streams of those who follow a task, and waits for none of them', async () => {
    const clock = new VirtualClock();
    const service = await start({}, { clock });
    await registered(service);
    const location = await post(service, { taskId: 'delayed', priority: -600 });
    const stream = await fetch(`${service.url}${location}/progress`, {
      headers: { accept: 'text/event-stream' },
    });
    const reader = stream.body!.getReader();
    let told = '';
    while (!told.includes('queued')) told += new TextDecoder().decode((await reader.read()).value);

    const stopping = service.stop();
    const patience = new Promise((resolve) => setTimeout(resolve, 4_000, 'somebody is waited for').unref());
    const outcome = await Promise.race([stopping, patience]);
    await clock.advance(8_000);
    await stopping;
    expect(outcome).toBeUndefined();
    expect((await reader.read()).done).toBe(true);
  });

  it.each(['//', 'http://[', '/\\\\'])('goes on after a request for "%s"', async (target) => {
    const service = await start({});
    await registered(service);
    const { port: own } = new URL(service.url);
    const socket = connect(Number(own), '127.0.0.1');
    socket.end(`POST ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    socket.resume();
    await once(socket, 'close');

    const { status: alive } = await fetch(`${service.url}/health/live`);
    await service.stop();
    expect(alive).toBe(200);
  });

  it('cuts off after 8 s what does not finish', async () => {
    const clock = new VirtualClock();
    // The SDK's checkpointing sets a timer of 10 s of wall time. A call that is cut off would leave it behind.
    const service = await start({}, { clock, inngest: { checkpointing: false } });
    await registered(service);
    await post(service, { taskId: 'slow', delayMs: 300_000 });
    await clock.advance(1_000);
    const begin = clock.now();
    const stopping = service.stop();
    await clock.advance(8_000);
    await stopping;
    expect(clock.now() - begin).toBe(8_000);
  });
});

describe('A port that is taken', () => {
  it('is named with what to do when it is the worker’s', async () => {
    const error: unknown = await start({ PORT: String(port) }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toMatch(
      new RegExp(`^❌ Port ${port} already in use\\n[^]*lsof -i :${port}\\n[^]*PORT=${port + 1} npm start$`),
    );
  });

  it('is named with what to do when it is the embedded server’s', async () => {
    const error: unknown = await start({ INNGEST_EMBEDDED_PORT: String(port) }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toMatch(
      new RegExp(
        `^❌ Port ${port} already in use, [^]*INNGEST_URL=http://localhost:${port} [^]*INNGEST_EMBEDDED_PORT=${port + 1} `,
      ),
    );
  });
});

describe('A data file', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'service-'));
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('that another server uses is named, with that server and what to do', async () => {
    const INNGEST_EMBEDDED_DATA = join(folder, 'inngest.db');
    const first = await start({ INNGEST_EMBEDDED_DATA });
    const error: unknown = await start({ INNGEST_EMBEDDED_DATA }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toMatch(
      new RegExp(
        `^❌ ${INNGEST_EMBEDDED_DATA} is in use by another embedded Inngest ` +
          `\\(process ${process.pid}, ${first.registration.url}\\)\\n[^]*INNGEST_URL=${first.registration.url} npm start` +
          '[^]*INNGEST_EMBEDDED_DATA=',
      ),
    );
    await first.stop();
    await (await start({ INNGEST_EMBEDDED_DATA })).stop();
  });

  it('that cannot be made is named with the reason and what to do', async () => {
    await writeFile(join(folder, 'file'), '');
    const INNGEST_EMBEDDED_DATA = join(folder, 'file', 'inngest.db');
    const error: unknown = await start({ INNGEST_EMBEDDED_DATA }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect((error as Error).message).toMatch(
      new RegExp(
        `^❌ ${INNGEST_EMBEDDED_DATA} cannot be opened or created: [^]*INNGEST_EMBEDDED_DATA=:memory: npm start$`,
      ),
    );
  });
});

describe('HOST=::1', () => {
  const hasIPv6 = Object.values(networkInterfaces()).some((list) => list?.some((at) => at.address === '::1'));

  it('is called by that address, which "localhost" need not be', async () => {
    if (!hasIPv6) return;
    const service = await start({ HOST: '::1' });
    const { url } = service;
    await registered(service);
    const status = await fetch(`${url}/health/live`).then(
      (answer) => answer.status,
      () => 'nobody there',
    );
    await service.stop();

    expect(url).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect(status).toBe(200);
  });
});

describe('An address that is not this machine’s', () => {
  it('is named', async () => {
    await expect(start({ HOST: '192.0.2.1', API_TOKENS: 'token-0123456789' })).rejects.toThrow(
      /^❌ HOST=192.0.2.1 is not an address of this machine/,
    );
  });
});
