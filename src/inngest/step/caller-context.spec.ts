import { AsyncLocalStorage } from 'node:async_hooks';
import { Injectable } from '@nestjs/common';
import { eventType, fetch as durableFetch, Middleware } from 'inngest';
import { currentStep, InngestFunction, type InngestContext } from '../index.js';
import { call } from '../testing/call.js';
import { startApp, type StartedApp } from '../testing/start-app.js';

const asked = eventType('test/asked');
/** The application's own store, as CLS libraries use it. */
const cls = new AsyncLocalStorage<{ tenant: string }>();

class TenantMiddleware extends Middleware.BaseMiddleware {
  readonly id = 'tenant';

  override wrapFunctionHandler({ ctx, next }: Middleware.WrapFunctionHandlerArgs): Promise<unknown> {
    return cls.run({ tenant: `of ${ctx.event.name}` }, next);
  }
}

class StepTenantMiddleware extends Middleware.BaseMiddleware {
  readonly id = 'step-tenant';

  override wrapStepHandler({ next }: Middleware.WrapStepHandlerArgs): Promise<unknown> {
    return cls.run({ tenant: 'of the step' }, next);
  }
}

const seen = (): string => `${cls.getStore()?.tenant} ${currentStep()?.stepId}`;

@Injectable()
class Functions {
  @InngestFunction({ id: 'inside', triggers: [asked] })
  inside({ step }: InngestContext<typeof asked>): Promise<string> {
    return cls.run({ tenant: 'a' }, () => step.run('in', async () => (await Promise.resolve(), seen())));
  }

  @InngestFunction({ id: 'outside', triggers: [asked] })
  outside({ step }: InngestContext<typeof asked>): Promise<string> {
    return step.run('in', seen);
  }

  @InngestFunction({ id: 'side-by-side', triggers: [asked] })
  sideBySide({ step }: InngestContext<typeof asked>): Promise<string[]> {
    return Promise.all(['a', 'b'].map((tenant) => cls.run({ tenant }, () => step.run(tenant, seen))));
  }

  @InngestFunction({ id: 'own', triggers: [asked], middleware: [StepTenantMiddleware] })
  own({ step }: InngestContext<typeof asked>): Promise<string> {
    return cls.run({ tenant: 'a' }, () => step.run('in', seen));
  }

  @InngestFunction({ id: 'fetching', triggers: [asked] })
  fetching({ step }: InngestContext<typeof asked>): Promise<number> {
    return cls.run({ tenant: 'a' }, () =>
      step.run('in', async () => (await durableFetch('data:text/plain,hello')).status),
    );
  }
}

describe("The application's own AsyncLocalStorage", () => {
  let started: StartedApp;
  const resultOf = async (fnId: string, stepId?: string): Promise<unknown> => {
    const planned = stepId === undefined ? {} : { stepId, disableImmediateExecution: true };
    const { ops } = await call(started.url, { fnId: `app-${fnId}`, ...planned });
    return ops.map(({ data }) => data);
  };
  const start = async (middleware: Middleware.Class[] = []): Promise<void> => {
    started = await startApp({ providers: [Functions], inngest: { middleware } });
  };

  afterEach(() => started.app.close());

  it('holds in a step what it held where the step was called', async () => {
    await start();
    expect(await resultOf('inside')).toEqual(['a in']);
    expect(await resultOf('outside')).toEqual(['undefined in']);
  });

  it('holds in steps that run side by side what is theirs', async () => {
    await start();
    const hash = {
      a: '86f7e437faa5a7fce15d1ddcb9eaeaea377667b8',
      b: 'e9d71f5ee7c92d6dc9e92ffdad17b8bd49418f98',
    };
    expect(await resultOf('side-by-side', hash.a)).toEqual(['a a']);
    expect(await resultOf('side-by-side', hash.b)).toEqual(['b b']);
  });

  it('holds what middleware around functions puts there, of the module too', async () => {
    await start([TenantMiddleware]);
    expect(await resultOf('outside')).toEqual(['of test/asked in']);
  });

  it('holds what middleware around steps puts there, rather than the function', async () => {
    await start();
    expect(await resultOf('own')).toEqual(['of the step in']);
  });

  it('does not hide from the SDK that a step runs', async () => {
    await start();
    expect(await resultOf('fetching')).toEqual([200]);
  });
});
