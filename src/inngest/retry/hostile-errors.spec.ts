import { Injectable } from '@nestjs/common';
import { eventType, NonRetriableError, RetryAfterError } from 'inngest';
import { VirtualClock } from '../../clock/index.js';
import { InngestFunction, type InngestContext } from '../index.js';
import { call } from '../testing/call.js';
import { startApp, type StartedApp } from '../testing/start-app.js';
import { toError } from './to-error.js';

const asked = eventType('test/asked');
let thrown: unknown;

@Injectable()
class Functions {
  @InngestFunction({ id: 'step', triggers: [asked], retries: 5 })
  async inStep({ step }: InngestContext<typeof asked>): Promise<void> {
    await step.run('flaky', () => {
      throw thrown;
    });
  }

  @InngestFunction({ id: 'function', triggers: [asked], retries: 5 })
  inFunction(): void {
    throw thrown;
  }
}

const hostile = (): never => {
  throw new Error('the getter threw');
};

class PaymentError extends Error {
  override name = 'PaymentError';
}

/** An error that throws when this field is read. */
const without = (field: string, error: Error = new PaymentError('card declined')): Error =>
  Object.defineProperty(error, field, { get: hostile, enumerable: true, configurable: true });

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable(new Error('gone'), {});
  revoke();
  return proxy;
}

/** A proxy whose traps all throw. */
const closed = (target: object): unknown => new Proxy(target, new Proxy({}, { get: () => hostile }));

const cause = new Error('the cause');

describe('Of an error that cannot be read as a whole', () => {
  const clock = new VirtualClock(Date.parse('2030-01-02T03:04:05.678Z'));
  let started: StartedApp;

  beforeAll(async () => {
    started = await startApp({ providers: [Functions], clock, random: () => 0 });
  });
  afterAll(() => started.app.close());

  describe.each([
    ['a field of its own', () => without('details'), { name: 'PaymentError', message: 'card declined' }],
    ['its code', () => without('code'), { name: 'PaymentError', message: 'card declined' }],
    ['its name', () => without('name'), { name: 'Error', message: 'card declined' }],
    [
      'its message',
      () => without('message'),
      { name: 'PaymentError', message: expect.any(String) as string },
    ],
    ['its stack', () => without('stack'), { name: 'PaymentError', message: 'card declined', stack: '' }],
    ['its cause', () => without('cause'), { name: 'PaymentError', message: 'card declined' }],
    [
      'a field of its cause',
      () => new PaymentError('card declined', { cause: without('message', new TypeError('deep')) }),
      { message: 'card declined', cause: { name: 'TypeError' } },
    ],
    [
      'a cause that is no error',
      () =>
        new PaymentError('card declined', {
          cause: {
            get rows(): never {
              return hostile();
            },
          },
        }),
      { message: 'card declined' },
    ],
    [
      'a cause that JSON cannot hold',
      () => new PaymentError('card declined', { cause: { rows: 5n } }),
      { message: 'card declined', cause: '{ rows: 5n }' },
    ],
    [
      'a code that JSON cannot hold',
      () => Object.assign(new PaymentError('card declined'), { code: 5n }),
      { message: 'card declined', code: '5n' },
    ],
    [
      'a cause that is its own cause',
      () => Object.assign(cause, { cause }),
      { message: 'the cause', cause: { message: 'the cause' } },
    ],
    ['a symbol', () => Symbol('odd'), { name: 'Error', message: 'Symbol(odd)' }],
    [
      'an object without a prototype',
      () => Object.assign(Object.create(null), { message: 'bare' }),
      { message: 'bare' },
    ],
    [
      'an empty object without a prototype',
      () => Object.create(null) as unknown,
      { message: '[Object: null prototype] {}' },
    ],
    ['a function', () => hostile, { name: 'Error' }],
    [
      'a proxy of an error',
      () => new Proxy(new PaymentError('card declined'), {}),
      { message: 'card declined' },
    ],
    ['a proxy whose traps throw', () => closed(new PaymentError('card declined')), { name: 'Error' }],
    ['a revoked proxy', revoked, { name: 'Error' }],
    [
      'an object whose toJSON throws',
      () => ({ toJSON: hostile, message: 'no JSON' }),
      { message: 'no JSON' },
    ],
    [
      'a name that is a symbol',
      () => Object.assign(new Error('odd'), { name: Symbol('odd') }),
      { message: 'odd' },
    ],
  ])('%s: what can be read is kept, and the first wait', (_, make, expected) => {
    beforeEach(() => {
      thrown = make();
    });

    it('in a step', async () => {
      const answer = await call(started.url, { fnId: 'app-step' });

      expect(answer.ops).toMatchObject([{ op: 'StepError', error: expected }]);
      expect(answer.headers.get('retry-after')).toBe(new Date(clock.now() + 1050).toISOString());
    });

    it('in a function', async () => {
      const answer = await call(started.url, { fnId: 'app-function' });

      expect(answer).toMatchObject({ status: 500, body: expected });
      expect(answer.headers.get('retry-after')).toBe(new Date(clock.now() + 1050).toISOString());
    });

    it('in its last attempt, without a wait', async () => {
      const answer = await call(started.url, { fnId: 'app-step', attempt: 5 });

      expect(answer.ops).toMatchObject([{ op: 'StepFailed', error: expected }]);
    });
  });

  it('its class still decides over retries', async () => {
    thrown = without('details', new NonRetriableError('hopeless'));
    expect((await call(started.url, { fnId: 'app-step' })).headers.get('x-inngest-no-retry')).toBe('true');

    thrown = without('details', new RetryAfterError('later', '5m'));
    expect((await call(started.url, { fnId: 'app-step' })).headers.get('retry-after')).toBe('300');
  });

  it('a harmless one is not copied', () => {
    const error = new PaymentError('card declined', { cause: { rows: 5 } });

    expect(toError(error)).toBe(error);
  });
});
