import { Injectable, Module, type DynamicModule, type INestApplication, type Type } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { eventType } from 'inngest';
import { InngestFunction, LateHandlersError, OnInngestFailure } from './index.js';
import { call } from './testing/call.js';
import { startApp, testModule, type StartedApp, type StartOptions } from './testing/start-app.js';

const asked = eventType('test/asked');

@Injectable()
class Main {
  @InngestFunction({ id: 'work', triggers: [asked] })
  work(): string {
    return 'main';
  }
}

@Injectable()
class Reports {
  @InngestFunction({ id: 'report', triggers: [asked] })
  report(): string {
    return 'report';
  }

  @OnInngestFailure('report')
  failed(): void {}
}

@Injectable()
class Plain {}

@Module({ providers: [Reports] })
class ReportsModule {}

@Module({ providers: [Plain] })
class PlainModule {}

@Module({ imports: [testModule({ name: 'late', path: '/api/late' })] })
class LateAppModule {}

describe('Lazily loaded modules', () => {
  let started: StartedApp | undefined;
  const start = async (options: StartOptions = {}): Promise<StartedApp> =>
    (started = await startApp({ providers: [Main], ...options }));
  const load = (app: INestApplication, module: Type | DynamicModule): Promise<unknown> =>
    app.get(LazyModuleLoader).load(() => module);

  afterEach(async () => {
    await started?.app.close();
    started = undefined;
  });

  it('are found when they are loaded before the application starts', async () => {
    const { url } = await start({ configure: (app) => load(app, ReportsModule) });

    expect(await call(url, { fnId: 'app-report' })).toMatchObject({ status: 200, body: 'report' });
  });

  it('may bring an app of their own then', async () => {
    const { url } = await start({ configure: (app) => load(app, LateAppModule) });

    expect((await fetch(`${url}/api/late`)).status).toBe(200);
  });

  it('are refused by name when they are loaded later, each time', async () => {
    const { app, url } = await start({
      imports: [testModule({ name: 'billing', path: '/api/billing' })],
    });
    const refusal = 'Reports.report, Reports.failed: this module was loaded after the application had found';

    await expect(load(app, ReportsModule)).rejects.toThrow(refusal);
    await expect(load(app, { module: ReportsModule })).rejects.toThrow(LateHandlersError);
    expect((await call(url, { fnId: 'app-work' })).status).toBe(200);
  });

  it('are refused when they import InngestModule later', async () => {
    const { app } = await start();

    await expect(load(app, LateAppModule)).rejects.toThrow(
      'A module that was loaded after the application had started imports InngestModule for "late"',
    );
  });

  it('without functions are loaded at any time, also after one that was refused', async () => {
    const { app } = await start();

    await expect(load(app, PlainModule)).resolves.toBeDefined();
    await expect(load(app, ReportsModule)).rejects.toThrow(LateHandlersError);
    @Module({ imports: [PlainModule] })
    class Another {}
    await expect(load(app, Another)).resolves.toBeDefined();
  });

  it('may bring functions of an app that only sends', async () => {
    const { app } = await start({ providers: [], inngest: { sendOnly: true } });

    await expect(load(app, ReportsModule)).resolves.toBeDefined();
  });
});
