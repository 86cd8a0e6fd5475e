import { Injectable } from '@nestjs/common';
import { eventType, staticSchema } from 'inngest';
import { VirtualClock } from '../../clock/index.js';
import {
  dtoSchema,
  InngestDefer,
  InngestFunction,
  OnInngestFailure,
  type InngestDeferContext,
} from '../index.js';
import { call, type CallOptions } from '../testing/call.js';
import { startApp, type StartedApp, type StartOptions } from '../testing/start-app.js';

const asked = eventType('test/asked');
const receipt = staticSchema<{ to: string }>();

@Injectable()
class Greeter {
  readonly deferred: unknown[] = [];

  @InngestFunction({ id: 'greet', triggers: [asked] })
  greet(): string {
    return 'hello';
  }

  @InngestDefer({ id: 'receipt', schema: receipt, retries: 3, retry: { delays: ['1m'] } })
  receipt({ event, parents }: InngestDeferContext<typeof receipt>): string {
    this.deferred.push({ data: event.data, parents });
    if (event.data.to === 'nobody') throw new Error('no address');
    return event.data.to;
  }
}

const triggered = { id: 'a', triggers: [asked] };

class Triggered {
  @InngestDefer(triggered)
  run(): void {}
}

class Nameless {
  @InngestDefer({ id: '' })
  run(): void {}
}

class Twin {
  @InngestDefer({ id: 'greet' })
  run(): void {}
}

class Async {
  @InngestDefer({ id: 'a', schema: dtoSchema(class Dto {}) })
  run(): void {}
}

class Failing {
  @OnInngestFailure('receipt')
  failed(): void {}
}

/** A call of a deferred function as Inngest sends it. */
const deferredCall = (to: string): CallOptions => ({
  fnId: 'app-receipt',
  event: {
    name: 'inngest/deferred.schedule',
    data: { to, _inngest: { fn_slug: 'app-receipt', parent_fn_slug: 'app-call', parent_run_id: '01PARENT' } },
  },
});

describe('@InngestDefer', () => {
  let started: StartedApp | undefined;
  const start = async (options: StartOptions): Promise<StartedApp> => (started = await startApp(options));

  afterEach(async () => {
    await started?.app.close();
    started = undefined;
  });

  it('makes a method a deferred function, called on its instance with its data and its parent', async () => {
    const { app, url } = await start({ providers: [Greeter] });

    expect(await call(url, deferredCall('ada'))).toMatchObject({ status: 200, body: 'ada' });
    expect(app.get(Greeter).deferred).toEqual([
      { data: { to: 'ada' }, parents: [{ fnSlug: 'app-call', runId: '01PARENT' }] },
    ]);
  });

  it('takes the retry policy of its own', async () => {
    const clock = new VirtualClock();
    const { url } = await start({ providers: [Greeter], clock });

    const answer = await call(url, deferredCall('nobody'));

    expect(answer.status).toBe(500);
    expect(Date.parse(answer.headers.get('retry-after') ?? '') - clock.now()).toBe(60_000);
  });

  it.each([
    [Triggered, 'unknown option "triggers". Valid options: id, name,'],
    [Nameless, '@InngestDefer on Nameless.run has no id.'],
    [Twin, 'Two Inngest functions have the id "greet": Greeter.greet and Twin.run.'],
    [
      Async,
      'The schema of @InngestDefer on Async.run validates asynchronously, and the SDK skips every call',
    ],
    [
      Failing,
      "@OnInngestFailure('receipt') on Failing.failed is for Greeter.receipt, which is a deferred function.",
    ],
  ])('is refused at the start, by name: %#', async (type, message) => {
    await expect(start({ providers: [Greeter, type] })).rejects.toThrow(message);
  });

  it('does not share a method with another function', () => {
    expect(() => {
      class Both {
        @InngestDefer({ id: 'one' })
        @InngestFunction({ id: 'two', triggers: [asked] })
        run(): void {}
      }
      return Both;
    }).toThrow('@InngestDefer is on Both.run, which already has such a decorator.');
  });
});
