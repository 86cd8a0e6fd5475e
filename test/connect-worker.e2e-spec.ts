import { randomUUID } from 'node:crypto';
import { Injectable, Module, type DynamicModule, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventType, staticSchema } from 'inngest';
import { WebSocket } from 'undici';
import { ClockModule, VirtualClock } from '../src/clock/index.js';
import { Settings } from '../src/config/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { GatewaySockets } from '../src/embedded/gateway/gateway-sockets.js';
import {
  getInngestRegistrationToken,
  InngestFunction,
  InngestModule,
  type InngestContext,
  type InngestRegistration,
  type RegistrationState,
} from '../src/inngest/index.js';
import { Service } from '../src/service.js';
import { closeAfterEach } from './support/close-after-each.js';
import { ConnectInngest } from './support/connect-inngest.js';
import { KeptLog } from './support/kept-log.js';
import { returned } from './support/sdk-functions.js';

const FREE = { PORT: '0', INNGEST_EMBEDDED_PORT: '0', INNGEST_EMBEDDED_DATA: ':memory:' };
const KEYS = { INNGEST_EVENT_KEY: 'event-key', INNGEST_SIGNING_KEY: 'signkey-test-12abcdef' };

describe('A worker that connects', () => {
  const closing = closeAfterEach();

  const start = async (
    variables: Record<string, string> = {},
    clock = new VirtualClock(),
  ): Promise<Service> => {
    const settings = Settings.from({ ...FREE, INNGEST_TRANSPORT: 'connect', ...variables });
    const service = await Service.start(settings, { logger: false, clock });
    closing({ close: () => service.stop() });
    return service;
  };

  const startServer = async (
    options: { port?: number; signingKey?: string } = {},
  ): Promise<EmbeddedInngest> =>
    closing(await EmbeddedInngest.start({ port: 0, logger: false, clock: new VirtualClock(), ...options }));

  const untilState = async (registration: InngestRegistration, wanted: RegistrationState): Promise<void> => {
    while (registration.state !== wanted) await new Promise((resolve) => setImmediate(resolve));
  };

  const readiness = async ({ url }: Service): Promise<{ status: number; text: string }> => {
    const answer = await fetch(`${url}/health/ready`);
    return { status: answer.status, text: await answer.text() };
  };

  const post = async ({ url }: Service, task: object): Promise<string> => {
    const answer = await fetch(`${url}/demo-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(task),
    });
    return url + answer.headers.get('location')!;
  };

  const statusAt = async (location: string): Promise<string> =>
    ((await (await fetch(location)).json()) as { status: string }).status;

  it.each([
    ['without keys', {}],
    ['with keys', KEYS],
  ])('runs tasks in virtual time, %s, and has no endpoint', async (_, variables) => {
    const clock = new VirtualClock();
    const service = await start(variables, clock);
    await untilState(service.registration, 'registered');
    const began = clock.now();

    const location = await post(service, { taskId: 'first', delayMs: 60_000 });
    await clock.pass(async () => (await statusAt(location)) === 'COMPLETED');

    expect(clock.now() - began).toBeGreaterThanOrEqual(60_000);
    await expect(readiness(service)).resolves.toMatchObject({ status: 200 });
    for (const method of ['GET', 'PUT', 'POST']) {
      const answer = await fetch(`${service.url}/api/inngest`, { method });
      expect(answer.status).toBe(404);
    }
  });

  it('connects in this thread if only this thread has a WebSocket', async () => {
    const own = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
    // Other code may have set a WebSocket. Threads have only Node's own, which versions before 22 do not have.
    Object.defineProperty(globalThis, 'WebSocket', { value: WebSocket, configurable: true, writable: true });
    closing({
      close: () => {
        if (own) Object.defineProperty(globalThis, 'WebSocket', own);
        else Reflect.deleteProperty(globalThis, 'WebSocket');
        return Promise.resolve();
      },
    });

    const service = await start();

    await untilState(service.registration, 'registered');
  });

  it('is ready only while it is connected', async () => {
    const server = await startServer();
    const service = await start({ INNGEST_URL: server.url });
    expect(await readiness(service)).toMatchObject({ status: 503 });
    await untilState(service.registration, 'registered');
    expect(await readiness(service)).toMatchObject({ status: 200 });

    await server.close();

    await untilState(service.registration, 'unreachable');
    const lost = await readiness(service);
    expect(lost.status).toBe(503);
    expect(lost.text).toContain('the connection is lost');
  });

  it('is ready again when the SDK has reconnected', async () => {
    const server = await startServer();
    const clock = new VirtualClock();
    const service = await start({ INNGEST_URL: server.url }, clock);
    await untilState(service.registration, 'registered');

    for (const socket of server.app.get(GatewaySockets).open) socket.terminate();
    await untilState(service.registration, 'unreachable');
    expect(await readiness(service)).toMatchObject({ status: 503 });

    while (service.registration.state !== 'registered') {
      await clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(await readiness(service)).toMatchObject({ status: 200 });
  });

  it('logs why it cannot connect', async () => {
    const server = await startServer({ signingKey: 'abcd' });
    const service = await start({ INNGEST_URL: server.url, ...KEYS });

    await untilState(service.registration, 'refused');

    expect(service.registration.lastError).toContain('Authentication failed (HTTP 401)');
    const away = await start({ INNGEST_URL: 'http://127.0.0.1:9' });
    await untilState(away.registration, 'unreachable');
    expect(await readiness(away)).toMatchObject({ status: 503 });
  });

  it('ends without waiting for a connection that it never had', async () => {
    const server = await startServer();
    const refused = await EmbeddedInngest.start({ port: 0, logger: false });
    const service = await start({ INNGEST_URL: refused.url });
    await refused.close();

    await service.stop();
    await server.close();
  });

  it('warns that a step which blocks the event loop stops the heartbeats if they share a thread', async () => {
    const server = await startServer();
    const log = new KeptLog();
    const settings = Settings.from({
      ...FREE,
      INNGEST_URL: server.url,
      INNGEST_TRANSPORT: 'connect',
      INNGEST_CONNECT_ISOLATE_EXECUTION: 'false',
    });
    const service = await Service.start(settings, { logger: log, clock: new VirtualClock() });
    closing({ close: () => service.stop() });

    await untilState(service.registration, 'registered');

    expect(log.lines.join('\n')).toContain('a step that blocks the event loop also stops the heartbeats');
  });
});

const went = eventType('go', { schema: staticSchema<{ n: number }>() });

@Injectable()
class Functions {
  /** The work of its steps, by the number of the event. */
  static readonly work = new Map<number, () => Promise<string>>();

  @InngestFunction({ id: 'one', app: 'first', triggers: [went] })
  one({ event, step }: InngestContext<typeof went>): Promise<unknown> {
    return step.run('work', () => Functions.work.get(event.data.n)?.() ?? 'nothing');
  }

  @InngestFunction({ id: 'two', app: 'second', triggers: [{ event: 'other' }] })
  two(): string {
    return 'two';
  }
}

describe('The module with the transport "connect"', () => {
  const closing = closeAfterEach();
  let inngest: ConnectInngest;

  beforeEach(async () => {
    inngest = await ConnectInngest.start();
    Functions.work.clear();
  });

  afterEach(() => inngest.close());

  /** An application context with two apps, without an HTTP server. */
  const connected = async (): Promise<INestApplicationContext> => {
    const app = (name: string): DynamicModule => {
      const connect = { isolateExecution: false, instanceId: randomUUID() };
      const options = {
        isDev: true,
        eventKey: 'test',
        baseUrl: inngest.server.url,
        transport: 'connect',
        connect,
      } as const;
      return InngestModule.forRoot({ name, id: name, ...options });
    };
    @Module({
      imports: [ClockModule.forRoot(inngest.clock), app('first'), app('second')],
      providers: [Functions],
    })
    class Apps {}
    const context = await NestFactory.createApplicationContext(Apps, { logger: false });
    for (const name of ['first', 'second']) {
      const token = getInngestRegistrationToken(name);
      const registration = context.get<InngestRegistration>(token, { strict: false });
      while (registration.state !== 'registered') await new Promise((resolve) => setImmediate(resolve));
    }
    return context;
  };

  it('gives each app a connection, and needs no HTTP server', async () => {
    const context = closing(await connected());
    expect([...inngest.sockets]).toHaveLength(2);
    Functions.work.set(1, () => inngest.clock.sleep(60_000).then(() => 'slept'));

    const [one, two] = await inngest.send({ name: 'go', data: { n: 1 } }, { name: 'other', data: {} });

    expect(returned(await inngest.ended(one))).toBe('slept');
    expect(returned(await inngest.ended(two))).toBe('two');
    expect(inngest.elapsed).toBe(60_000);
    await context.close();
    await inngest.untilConnected(0);
  });

  it('finishes the call under way when the application closes, and accepts no more', async () => {
    const old = await connected();
    let done = 0;
    let finish: (output: string) => void = () => undefined;
    const begun = new Promise<void>((begin) => {
      Functions.work.set(1, () => {
        begin();
        return new Promise((resolve) => (finish = resolve));
      });
    });
    Functions.work.set(2, () => Promise.resolve('young'));
    const [first] = await inngest.send({ name: 'go', data: { n: 1 } });
    await begun;

    const closed = old.close().then(() => done++);
    closing(await connected());
    const [second] = await inngest.send({ name: 'go', data: { n: 2 } });
    while ((await inngest.runs(second)).every((run) => run.endedAt === undefined));

    expect(done).toBe(0);
    finish('old');
    await closed;
    expect(returned(await inngest.ended(first))).toBe('old');
    expect(returned(await inngest.ended(second))).toBe('young');
  });
});
