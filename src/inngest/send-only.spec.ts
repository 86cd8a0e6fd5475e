import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { eventType, type Inngest } from 'inngest';
import { getInngestToken, InngestFunction, InngestModule, InngestRegistration } from './index.js';
import { FakeInngest } from './testing/fake-inngest.js';
import { startApp, type StartedApp } from './testing/start-app.js';

class Functions {
  @InngestFunction({ id: 'work', triggers: [eventType('test/asked')] })
  work(): void {}
}

describe('sendOnly', () => {
  let inngest: FakeInngest;
  let started: StartedApp | undefined;

  beforeEach(async () => {
    inngest = await FakeInngest.start();
  });
  afterEach(async () => {
    await started?.app.close();
    started = undefined;
    await inngest.stop();
  });

  const options = (): object => ({ id: 'app', sendOnly: true, eventKey: 'key', baseUrl: inngest.url });

  it('sends events, without a signing key and without an endpoint', async () => {
    started = await startApp({ inngest: { ...options(), isDev: false, registration: 'auto' } });
    const { app, url } = started;
    app.get(InngestRegistration).start(url);

    await app.get<Inngest>(getInngestToken()).send({ name: 'test/asked' });

    expect(inngest.seen.map(({ path }) => path)).toEqual(['/e/key']);
    for (const method of ['GET', 'PUT', 'POST']) {
      expect((await fetch(`${url}/api/inngest`, { method })).status).toBe(404);
    }
  });

  it('has no endpoint when only the factory knows of it', async () => {
    const module = InngestModule.forRootAsync({ useFactory: () => ({ ...options(), id: 'app' }) });
    started = await startApp({ inngest: null, imports: [module] });

    expect((await fetch(`${started.url}/api/inngest`, { method: 'PUT' })).status).toBe(404);
    expect(inngest.seen).toEqual([]);
  });

  it('says by name which functions it leaves to another process', async () => {
    started = await startApp({ inngest: options(), providers: [Functions] });

    expect(started.logger.matching(/^warn/)).toEqual([
      'warn This process only sends events for the app, so it does not serve its functions: work',
    ]);
  });

  it('needs no HTTP server', async () => {
    @Module({ imports: [InngestModule.forRoot({ ...options(), id: 'app' })] })
    class Sender {}
    const context = await NestFactory.createApplicationContext(Sender, { logger: false });
    await context.get<Inngest>(getInngestToken()).send({ name: 'test/asked' });
    await context.close();

    expect(inngest.requests('/e/')).toHaveLength(1);
  });
});
