import { createRequire } from 'node:module';
import { Injectable } from '@nestjs/common';
import * as imported from 'inngest';
import { InngestFunction, withRetry, type InngestContext } from './index.js';
import { call } from './testing/call.js';
import { FakeInngest } from './testing/fake-inngest.js';
import { startApp, type StartedApp } from './testing/start-app.js';

/** The CommonJS build of the SDK, which an application in CommonJS loads. */
const required = createRequire(import.meta.url)('inngest') as typeof imported;

const numbered = required.staticSchema<{ n: number }>();
const checked: typeof numbered = {
  '~standard': {
    ...numbered['~standard'],
    validate: (value) =>
      typeof (value as { n?: unknown }).n === 'number'
        ? { value: value as { n: number } }
        : { issues: [{ message: 'n must be a number', path: ['n'] }] },
  },
};
const asked = required.eventType('test/asked', { schema: checked });

class TenantMiddleware extends required.Middleware.BaseMiddleware {
  readonly id = 'tenant';

  override transformFunctionInput(arg: imported.Middleware.TransformFunctionInputArgs) {
    return { ...arg, ctx: { ...arg.ctx, tenant: 'acme' } };
  }
}

@Injectable()
class Functions {
  @InngestFunction({ id: 'one', triggers: asked })
  one({ tenant, event }: InngestContext<typeof asked, [typeof TenantMiddleware]>): string {
    return `${tenant} ${event.data.n}`;
  }

  @InngestFunction({
    id: 'some',
    triggers: [{ event: asked, if: 'event.data.n > 1' }, required.cron('0 3 * * *')],
  })
  some(): void {}

  @InngestFunction({ id: 'invoked', triggers: [required.invoke(checked)] })
  invoked(): string {
    return 'invoked';
  }

  @InngestFunction({ id: 'never', triggers: [asked] })
  never(): void {
    throw new required.NonRetriableError('never');
  }

  @InngestFunction({ id: 'later', triggers: [asked] })
  later({ step }: InngestContext<typeof asked>): Promise<void> {
    return step.run(
      'later',
      withRetry({ delays: ['1m'] }, () => {
        throw new required.RetryAfterError('later', new Date('2030-01-02T03:04:05.000Z'));
      }),
    );
  }
}

describe('With the build of the SDK that CommonJS requires', () => {
  let inngest: FakeInngest;
  let started: StartedApp;

  beforeEach(async () => {
    inngest = await FakeInngest.start();
    const registered = inngest.next('/fn/register');
    started = await startApp({
      providers: [Functions],
      inngest: { baseUrl: inngest.url, registration: 'auto', middleware: [TenantMiddleware] },
    });
    await registered;
  });

  afterEach(async () => {
    await started.app.close();
    await inngest.stop();
  });

  const callWith = (id: string, data: object): ReturnType<typeof call> =>
    call(started.url, { fnId: `app-${id}`, event: { name: 'test/asked', data } });

  it('is another build than the imported one', () => {
    expect(asked instanceof imported.EventType).toBe(false);
  });

  it('functions are registered with their triggers', () => {
    const [{ body } = { body: {} }] = inngest.requests('/fn/register');
    const { functions } = body as { functions: { name: string; triggers: unknown }[] };

    expect(Object.fromEntries(functions.map(({ name, triggers }) => [name, triggers]))).toMatchObject({
      one: [{ event: 'test/asked' }],
      some: [{ event: 'test/asked', expression: 'event.data.n > 1' }, { cron: '0 3 * * *' }],
      invoked: [],
    });
  });

  it.each(['one', 'some'])('events are checked by their schema: %s', async (id) => {
    expect((await callWith(id, { n: 1 })).status).toBe(200);
    expect(await callWith(id, { n: 'x' })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('n must be a number') },
    });
  });

  it('middleware adds to the context', async () => {
    expect(await callWith('one', { n: 1 })).toMatchObject({ body: 'acme 1' });
  });

  it('errors say whether and when to retry', async () => {
    expect((await callWith('never', { n: 1 })).headers.get('x-inngest-no-retry')).toBe('true');
    const answer = await callWith('later', { n: 1 });
    expect(new Date(answer.headers.get('retry-after') ?? '')).toEqual(new Date('2030-01-02T03:04:05.000Z'));
  });
});
