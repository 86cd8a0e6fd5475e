import { Injectable } from '@nestjs/common';
import { eventType } from 'inngest';
import { InngestDefer, InngestFunction, OnInngestFailure } from './index.js';
import { call } from './testing/call.js';
import { startApp, testModule, type StartedApp, type StartOptions } from './testing/start-app.js';

const asked = eventType('test/asked');

class Base {
  @InngestFunction({ id: 'work', triggers: [asked] })
  work(): string {
    return 'base';
  }

  @OnInngestFailure('work')
  failed(): void {}

  @InngestDefer({ id: 'later' })
  later(): void {}

  helper(): void {}
}

@Injectable()
class Bare extends Base {
  override work(): string {
    return `bare ${super.work()}`;
  }

  override failed(): void {}
  override later(): void {}
  override helper(): void {}
}

@Injectable()
class Decorated extends Base {
  @InngestFunction({ id: 'work', triggers: [asked] })
  override work(): string {
    return 'decorated';
  }
}

@Injectable()
class Inheriting extends Decorated {}

@Injectable()
class Grandchild extends Bare {}

class BillingBase {
  @InngestFunction({ app: 'billing', id: 'bill', triggers: [asked] })
  bill(): void {}
}

@Injectable()
class Billing extends BillingBase {
  override bill(): void {}
}

describe('A method that overrides a handler', () => {
  let started: StartedApp | undefined;
  const warnings = async (options: StartOptions): Promise<string[]> => {
    started = await startApp(options);
    return started.logger.matching(/^warn .* overrides /);
  };

  afterEach(async () => {
    await started?.app.close();
    started = undefined;
  });

  const lost = (override: string, overridden: string, decorator: string): string =>
    `warn ${override} overrides ${overridden} without a decorator, so Inngest does not call it. Put ${decorator} on ` +
    'the override too: methods do not inherit decorators.';

  it('without a decorator is warned about by name, once for its class', async () => {
    const second = { provide: 'second', useClass: Bare };

    expect(await warnings({ providers: [Bare, second] })).toEqual([
      lost('Bare.work', 'Base.work', "@InngestFunction({ id: 'work', ... })"),
      lost('Bare.failed', 'Base.failed', "@OnInngestFailure('work')"),
      lost('Bare.later', 'Base.later', "@InngestDefer({ id: 'later', ... })"),
    ]);
  });

  it('is warned about where the subclass only inherits it', async () => {
    expect(await warnings({ providers: [Grandchild] })).toContain(
      lost('Bare.work', 'Base.work', "@InngestFunction({ id: 'work', ... })"),
    );
  });

  it('with a decorator, or that is inherited, is a function', async () => {
    expect(await warnings({ providers: [Inheriting] })).toEqual([]);
    expect(await call(started?.url ?? '', { fnId: 'app-work' })).toMatchObject({ body: 'decorated' });
  });

  it('is warned about for its own app alone', async () => {
    const options = {
      imports: [testModule({ name: 'billing', path: '/api/billing' })],
      providers: [Billing],
    };

    expect(await warnings(options)).toEqual([
      lost('Billing.bill', 'BillingBase.bill', "@InngestFunction({ id: 'bill', ... })"),
    ]);
  });
});
