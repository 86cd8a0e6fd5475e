import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { eventType } from 'inngest';
import { VirtualClock } from '../../clock/index.js';
import { InngestFunction, InngestRegistration, type InngestModuleOptions } from '../index.js';
import { FakeInngest } from '../testing/fake-inngest.js';
import { startApp, testModule, type StartedApp } from '../testing/start-app.js';

@Injectable()
class Functions {
  @InngestFunction({ id: 'work', triggers: [eventType('test/asked')] })
  work(): void {}
}

describe('registration: auto', () => {
  let inngest: FakeInngest;
  let started: StartedApp | undefined;
  const start = async (options: Partial<InngestModuleOptions>): Promise<StartedApp> =>
    (started = await startApp({
      clock: new VirtualClock(),
      providers: [Functions],
      inngest: { baseUrl: inngest.url, registration: undefined, ...options },
    }));

  beforeEach(async () => {
    inngest = await FakeInngest.start();
  });
  afterEach(async () => {
    await started?.app.close();
    started = undefined;
    await inngest.stop();
  });

  it('is the default, and registers where the application listens', async () => {
    const registered = inngest.next('/fn/register');
    const { url } = await start({ path: '/hooks/inngest' });
    await registered;

    expect(inngest.requests('/fn/register').map(({ body }) => body)).toEqual([
      expect.objectContaining({
        url: `${url}/hooks/inngest`,
        functions: [expect.objectContaining({ id: 'app-work' })],
      }),
    ]);
  });

  it('registers the address that Inngest is to use, if that is another', async () => {
    const registered = inngest.next('/fn/register');
    await start({ serveOrigin: 'https://worker.example.com' });
    await registered;

    expect(inngest.requests('/fn/register')[0]?.body).toMatchObject({
      url: 'https://worker.example.com/api/inngest',
    });
  });

  it('begins also when a test makes the server listen', async () => {
    const moduleRef = await Test.createTestingModule({
      imports: [testModule({ baseUrl: inngest.url, registration: 'auto' })],
      providers: [Functions],
    }).compile();
    const app = await moduleRef.createNestApplication({ logger: false }).init();
    const registered = inngest.next('/fn/register');
    const server = app.getHttpServer() as Server;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await registered;
    const { port } = server.address() as AddressInfo;
    expect(inngest.requests('/fn/register')[0]?.body).toMatchObject({
      url: `http://127.0.0.1:${port}/api/inngest`,
    });
    await app.close();
  });

  it('does not tell Inngest Cloud an address that it cannot reach', async () => {
    const { app, logger } = await start({
      isDev: false,
      signingKey: 'signkey-test-12345678',
      baseUrl: undefined,
    });

    expect(
      logger.matching(/^error The functions are not registered: Inngest Cloud cannot reach/),
    ).toHaveLength(1);
    expect(app.get(InngestRegistration).state).toBe('pending');
  });

  it('leaves it to the application when it is manual', async () => {
    const { app, url } = await start({ registration: 'manual' });
    const told = url.replace('127.0.0.1', 'localhost');
    const registered = inngest.next('/fn/register');
    app.get(InngestRegistration).start(told);
    await registered;

    // If the module had started by itself, it would have registered 127.0.0.1, and this start would have changed nothing.
    expect(inngest.requests('/fn/register')).toMatchObject([{ body: { url: `${told}/api/inngest` } }]);
  });
});
