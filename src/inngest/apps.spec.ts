import { Injectable, Module, type DynamicModule } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { eventType, type Inngest } from 'inngest';
import {
  getInngestRegistrationToken,
  getInngestToken,
  InjectInngest,
  InngestFunction,
  InngestModule,
  InngestRegistration,
  OnInngestFailure,
} from './index.js';
import { call, callBody } from './testing/call.js';
import { FakeInngest } from './testing/fake-inngest.js';
import { startApp, testModule, type StartedApp, type StartOptions } from './testing/start-app.js';

const asked = eventType('test/asked');

@Injectable()
class Main {
  constructor(@InjectInngest() readonly inngest: Inngest) {}

  @InngestFunction({ id: 'work', triggers: [asked] })
  work(): string {
    return 'main';
  }
}

@Injectable()
class Billing {
  readonly failed: string[] = [];

  constructor(@InjectInngest('billing') readonly inngest: Inngest) {}

  @InngestFunction({ app: 'billing', id: 'work', triggers: [asked] })
  work(): string {
    return 'billing';
  }

  @OnInngestFailure('work', { app: 'billing' })
  workFailed(): void {
    this.failed.push('work');
  }
}

describe('Several apps in one process', () => {
  const opened: { close(): Promise<unknown> }[] = [];
  const start = async (options: StartOptions): Promise<StartedApp> => {
    const started = await startApp({ inngest: null, ...options });
    opened.push(started.app);
    return started;
  };
  const billing = (options: object = {}): ReturnType<typeof testModule> =>
    testModule({ name: 'billing', path: '/api/billing', ...options });
  const both = [testModule(), billing()];
  const asynchronous = InngestModule.forRootAsync({
    name: 'billing',
    useFactory: () => ({ id: 'async', isDev: true, registration: 'manual' }),
  });
  /** A module of the application that imports this one. */
  const within = (inngest: DynamicModule): DynamicModule => ({
    module: class Feature {},
    imports: [inngest],
  });

  afterEach(async () => {
    for (const app of opened.splice(0)) await app.close();
  });

  const callAt = async (url: string, fnId: string): Promise<unknown> => {
    const answer = await fetch(`${url}?fnId=${fnId}&stepId=step`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(callBody({ fnId })),
    });
    return answer.json();
  };

  it('each serve the functions that are theirs, at a path of their own', async () => {
    const { url } = await start({ imports: both, providers: [Main, Billing] });

    expect(await call(url, { fnId: 'app-work' })).toMatchObject({ status: 200, body: 'main' });
    expect(await callAt(`${url}/api/billing`, 'billing-work')).toBe('billing');
    expect(await callAt(`${url}/api/billing`, 'app-work')).toMatchObject({
      message: expect.stringContaining('"app-work" was not found in this app'),
    });
  });

  it('each have a client and a registration, by name', async () => {
    const { app } = await start({ imports: both, providers: [Main, Billing] });

    expect(app.get(Main).inngest.id).toBe('app');
    expect(app.get(Billing).inngest.id).toBe('billing');
    expect(app.get<Inngest>(getInngestToken()).id).toBe('app');
    expect(app.get<Inngest>(getInngestToken('billing')).id).toBe('billing');
    const [main, other] = [undefined, 'billing'].map((name) =>
      app.get<InngestRegistration>(getInngestRegistrationToken(name)),
    );
    expect(main).toBe(app.get(InngestRegistration));
    expect([main?.functions, other?.functions]).toEqual([['work'], ['work']]);
    expect(main).not.toBe(other);
  });

  it('each call their own failure handlers', async () => {
    const { app, url } = await start({ imports: both, providers: [Main, Billing] });

    const data = {
      function_id: 'billing-work',
      run_id: '01',
      error: { name: 'Error', message: 'boom' },
      event: {},
    };
    await fetch(`${url}/api/billing?fnId=billing-work-failure&stepId=step`, {
      method: 'POST',
      body: JSON.stringify(callBody({ fnId: '', event: { name: 'inngest/function.failed', data } })),
    });
    expect(app.get(Billing).failed).toEqual(['work']);
  });

  it('may all have names, and be configured asynchronously', async () => {
    const { url } = await start({
      imports: [
        InngestModule.forRootAsync({
          name: 'billing',
          useFactory: () => ({
            id: 'async',
            isDev: true,
            path: 'api/late/',
            registration: 'manual',
            checkpointing: false,
          }),
        }),
      ],
      providers: [Billing],
    });

    expect(await callAt(`${url}/api/late`, 'async-work')).toBe('billing');
    expect((await fetch(`${url}/api/inngest`)).status).toBe(404);
  });

  it('are registered each for itself once the application listens', async () => {
    const inngest = await FakeInngest.start();
    opened.push({ close: () => inngest.stop() });
    const registered = [inngest.next('/fn/register'), inngest.next('/fn/register')];
    const options = { baseUrl: inngest.url, registration: 'auto' as const };
    const { url } = await start({
      imports: [testModule(options), billing(options)],
      providers: [Main, Billing],
    });
    await Promise.all(registered);
    while (inngest.requests('/fn/register').length < 2) await inngest.next('/fn/register');

    const urls = inngest.requests('/fn/register').map(({ body }) => (body as { url: string }).url);
    expect(urls.toSorted()).toEqual([`${url}/api/billing`, `${url}/api/inngest`]);
  });

  it.each([
    [
      [testModule(), testModule({ id: 'other', path: '/b' })],
      'InngestModule is imported twice without a name, in Apps.',
    ],
    [
      [billing(), billing({ id: 'other', path: '/b' })],
      'InngestModule is imported twice under the name "billing", in Apps.',
    ],
    // Two imports with the same options are still two: Nest creates two modules.
    [[testModule(), testModule()], 'InngestModule is imported twice without a name, in Apps.'],
    [
      [testModule(), within(testModule())],
      'imported twice without a name, in Apps and Feature. Import it once',
    ],
    [
      [testModule(), testModule({ name: 'default' })],
      'InngestModule is imported twice without a name, in Apps.',
    ],
    [[billing(), within(asynchronous)], 'imported twice under the name "billing", in Apps and Feature.'],
    [
      [asynchronous, billing({ sendOnly: true })],
      'InngestModule is imported twice under the name "billing", in Apps.',
    ],
    [
      [testModule(), testModule({ name: 'billing' })],
      'The apps "default" and "billing" are both served at /api/inngest.',
    ],
    [[testModule(), billing({ id: 'app' })], 'The apps "default" and "billing" both have the id "app"'],
    [[testModule()], 'Billing.work is for the app "billing", which no InngestModule is imported for.'],
    [[billing()], 'Main.work names no app, and InngestModule is imported only under names: "billing".'],
    [[testModule({ path: '/a b' })], 'The option "path" of InngestModule is "/a b".'],
    [
      [testModule({ registration: 'never' as 'auto' })],
      'The option "registration" of InngestModule is "never".',
    ],
  ])('are refused when they cannot be told apart: %#', async (imports, message) => {
    @Module({
      providers: [{ provide: 'InngestClient:billing', useValue: {} }],
      exports: ['InngestClient:billing'],
    })
    class Stand {}
    @Module({
      imports: [Stand, ...imports],
      providers: [Billing, { provide: Main, useFactory: () => new Main({} as Inngest) }],
    })
    class Apps {}

    const compiled = Test.createTestingModule({ imports: [Apps] }).compile();
    await expect(compiled.then((ref) => ref.createNestApplication({ logger: false }).init())).rejects.toThrow(
      message,
    );
  });

  it('may be one module that several modules import', async () => {
    const shared = testModule();
    @Module({ imports: [shared], providers: [Main] })
    class Feature {}

    const { url } = await start({ imports: [shared, Feature] });
    expect(await call(url, { fnId: 'app-work' })).toMatchObject({ body: 'main' });
  });
});
