import { Injectable } from '@nestjs/common';
import { eventType, Middleware, NonRetriableError, RetryAfterError } from 'inngest';
import { VirtualClock } from '../../clock/index.js';
import { InngestFunction, OnInngestFailure, type InngestContext } from '../index.js';
import { call, type CallAnswer } from '../testing/call.js';
import { FakeInngest } from '../testing/fake-inngest.js';
import { startApp, type StartedApp } from '../testing/start-app.js';

const asked = eventType('test/asked');

class PaymentError extends Error {
  override readonly name = 'PaymentError';
  readonly code = 'E_CARD';
}

const paymentError = (): PaymentError =>
  new PaymentError('card declined', { cause: new TypeError('no such card') });

/** What the steps and functions below throw. A test sets it. */
let thrown: unknown;

@Injectable()
class Functions {
  @InngestFunction({ id: 'step', triggers: [asked], retries: 5 })
  async inStep({ step }: InngestContext<typeof asked>): Promise<string> {
    await step.run('flaky', () => {
      throw thrown;
    });
    return 'done';
  }

  @InngestFunction({ id: 'function', triggers: [asked], retries: 5 })
  inFunction(): void {
    throw thrown;
  }

  @InngestFunction({ id: 'parallel', triggers: [asked], retries: 5 })
  async parallel({ step }: InngestContext<typeof asked>): Promise<void> {
    await Promise.all(
      ['left', 'right'].map((name) =>
        step.run(name, () => {
          throw thrown;
        }),
      ),
    );
  }

  @InngestFunction({ id: 'catching', triggers: [asked], retries: 5 })
  async catching({ step }: InngestContext<typeof asked>): Promise<string> {
    try {
      await step.run('flaky', () => undefined);
      return 'no error';
    } catch (error) {
      return `caught ${(error as Error).name}`;
    }
  }

  @OnInngestFailure('step')
  failed(): void {
    throw thrown;
  }
}

const retryAfter = ({ headers }: CallAnswer): string | null => headers.get('retry-after');
const noRetry = ({ headers }: CallAnswer): string | null => headers.get('x-inngest-no-retry');

describe('The retry policy', () => {
  // Not on a whole second: the milliseconds must survive.
  const clock = new VirtualClock(Date.parse('2030-01-02T03:04:05.678Z'));
  const after = (ms: number): string => new Date(clock.now() + ms).toISOString();
  let started: StartedApp;
  let random = 0;

  beforeAll(async () => {
    started = await startApp({ providers: [Functions], clock, random: () => random });
  });
  afterAll(() => started.app.close());
  beforeEach(() => {
    thrown = paymentError();
    random = 0;
  });

  it.each([
    [0, 1050],
    [1, 2100],
    [2, 4200],
    [3, 8400],
    [4, 16_800],
  ])('names the moment of the next try after attempt %i of a step: %i ms from now', async (attempt, ms) => {
    const answer = await call(started.url, { fnId: 'app-step', attempt });

    expect(answer.status).toBe(206);
    expect(answer.ops).toMatchObject([{ op: 'StepError' }]);
    expect(noRetry(answer)).toBe('false');
    expect(retryAfter(answer)).toBe(after(ms));
  });

  it.each([
    [0, 1050],
    [4, 16_800],
  ])('and of a function that fails outside of steps', async (attempt, ms) => {
    const answer = await call(started.url, { fnId: 'app-function', attempt });

    expect(answer.status).toBe(500);
    expect(retryAfter(answer)).toBe(after(ms));
  });

  it('and of a failure handler', async () => {
    const error = { name: 'Error', message: 'boom', stack: '' };
    const answer = await call(started.url, {
      fnId: 'app-step-failure',
      maxAttempts: 2,
      event: {
        name: 'inngest/function.failed',
        data: { run_id: '01', function_id: 'app-step', error, event: {} },
      },
    });

    expect(answer.status).toBe(500);
    expect(retryAfter(answer)).toBe(after(1050));
  });

  it('and of a step called by itself, beside others', async () => {
    const { ops } = await call(started.url, { fnId: 'app-parallel' });
    const left = ops.find(({ displayName }) => displayName === 'left');

    const answer = await call(started.url, {
      fnId: 'app-parallel',
      stepId: left?.id ?? '',
      attempt: 1,
      disableImmediateExecution: true,
    });

    expect(ops.map(({ op }) => op)).toEqual(['StepPlanned', 'StepPlanned']);
    expect(answer.ops).toMatchObject([{ op: 'StepError', displayName: 'left' }]);
    expect(retryAfter(answer)).toBe(after(2100));
  });

  it('adds chance to the delay', async () => {
    random = 0.5;

    expect(retryAfter(await call(started.url, { fnId: 'app-step' }))).toBe(after(1050 * 1.05));
  });

  it.each([
    ['a step', 'app-step', ({ ops }: CallAnswer) => ops[0]?.error],
    ['a function', 'app-function', ({ body }: CallAnswer) => body],
  ])('keeps the name, message, stack, cause and code of the error of %s', async (_, fnId, errorOf) => {
    const original = paymentError();
    thrown = original;

    expect(errorOf(await call(started.url, { fnId }))).toMatchObject({
      name: 'PaymentError',
      message: 'card declined',
      stack: original.stack,
      code: 'E_CARD',
      cause: { name: 'TypeError', message: 'no such card', stack: (original.cause as Error).stack },
    });
  });

  it('is not misled by an error with a retryAfter of its own kind', async () => {
    thrown = Object.assign(new Error('429'), { retryAfter: 'tomorrow' });

    expect(retryAfter(await call(started.url, { fnId: 'app-step' }))).toBe(after(1050));
  });

  const cyclic: Record<string, unknown> = { reason: 'cycle' };
  cyclic['self'] = cyclic;

  describe.each([
    ['a string', 'just text', 'just text'],
    ['an object', { reason: 42 }, '{ reason: 42 }'],
    ['an object with a message', { message: 'no error', code: 7 }, 'no error'],
    ['an object with cycles', cyclic, "<ref *1> { reason: 'cycle', self: [Circular *1] }"],
    ['an object with a bigint', { rows: 5n }, '{ rows: 5n }'],
    ['nothing', undefined, 'undefined'],
  ])('makes an error of %s', (_, value, message) => {
    beforeEach(() => {
      thrown = value;
    });

    it('in a step', async () => {
      const answer = await call(started.url, { fnId: 'app-step' });

      expect(answer.ops).toMatchObject([{ op: 'StepError', error: { name: 'Error', message } }]);
      expect(retryAfter(answer)).toBe(after(1050));
    });

    it.each([
      [0, 500],
      [5, 400],
    ])('in attempt %i of a function, which is answered %i', async (attempt, status) => {
      const answer = await call(started.url, { fnId: 'app-function', attempt });

      expect(answer).toMatchObject({ status, body: { name: 'Error', message } });
    });
  });

  it.each(['app-step', 'app-function'])('leaves a NonRetriableError alone (%s)', async (fnId) => {
    thrown = new NonRetriableError('hopeless');

    const answer = await call(started.url, { fnId });

    expect(noRetry(answer)).toBe('true');
    expect(retryAfter(answer)).toBeNull();
  });

  it.each(['app-step', 'app-function'])("leaves a user's RetryAfterError alone (%s)", async (fnId) => {
    thrown = new RetryAfterError('later', '5m');

    expect(retryAfter(await call(started.url, { fnId }))).toBe('300');
  });

  it('leaves the error of the last attempt alone: the step has failed', async () => {
    const answer = await call(started.url, { fnId: 'app-step', attempt: 5 });

    expect(answer.ops).toMatchObject([{ op: 'StepFailed', error: { name: 'PaymentError' } }]);
    expect(noRetry(answer)).toBe('true');
    expect(retryAfter(answer)).toBeNull();
  });

  it('leaves the last error of a function alone: the run has failed', async () => {
    const answer = await call(started.url, { fnId: 'app-function', attempt: 5 });

    expect(answer).toMatchObject({ status: 400, body: { name: 'PaymentError' } });
    expect(retryAfter(answer)).toBeNull();
  });

  it('lets the run fail with the error of a step that has failed for good', async () => {
    const error = { name: 'PaymentError', message: 'card declined' };

    const answer = await call(started.url, { fnId: 'app-step', steps: { flaky: { error } } });

    expect(answer).toMatchObject({ status: 400, body: error });
    expect(noRetry(answer)).toBe('true');
    expect(retryAfter(answer)).toBeNull();
  });

  it('lets a function catch the error of a step that has failed for good', async () => {
    const error = { name: 'PaymentError', message: 'card declined' };

    const answer = await call(started.url, { fnId: 'app-catching', steps: { flaky: { error } } });

    expect(answer).toMatchObject({ status: 200, body: 'caught PaymentError' });
  });

  describe("beside the user's middleware", () => {
    class Translating extends Middleware.BaseMiddleware {
      readonly id = 'translating';
      static seen: Error[] = [];
      override wrapStepHandler({ next }: Middleware.WrapStepHandlerArgs): Promise<unknown> {
        return next().catch((error: unknown) => {
          throw translate(error);
        });
      }
      override onStepError({ error }: Middleware.OnStepErrorArgs): void {
        Translating.seen.push(error);
      }
    }
    let translate: (error: unknown) => unknown;
    let app: StartedApp;

    beforeAll(async () => {
      app = await startApp({ providers: [Functions], clock, inngest: { middleware: [Translating] } });
    });
    afterAll(() => app.app.close());
    beforeEach(() => {
      Translating.seen = [];
    });

    it('decides over what that made of an error', async () => {
      translate = () => new Error('translated');

      const answer = await call(app.url, { fnId: 'app-step' });

      expect(answer.ops).toMatchObject([{ op: 'StepError', error: { message: 'translated' } }]);
      expect(retryAfter(answer)).toBe(after(1050));
    });

    it('lets it end the retries', async () => {
      translate = () => new NonRetriableError('middleware says no');

      const answer = await call(app.url, { fnId: 'app-step' });

      expect(answer.ops).toMatchObject([{ op: 'StepFailed', error: { message: 'middleware says no' } }]);
    });

    it('shows it the error itself at the last attempt', async () => {
      translate = (error) => error;

      await call(app.url, { fnId: 'app-step', attempt: 4 });
      await call(app.url, { fnId: 'app-step', attempt: 5 });

      expect(Translating.seen[0]).toBeInstanceOf(RetryAfterError);
      expect(Translating.seen[0]?.name).toBe('PaymentError');
      expect(Translating.seen[1]).toBe(thrown);
    });
  });

  it('holds with checkpointing too', async () => {
    const inngest = await FakeInngest.start();
    const { app, url } = await startApp({
      providers: [Functions],
      clock,
      inngest: { baseUrl: inngest.url, checkpointing: true },
    });

    const failed = await call(url, { fnId: 'app-step' });
    const finished = await call(url, { fnId: 'app-catching' });
    await app.close();
    await inngest.stop();

    expect(failed.ops).toMatchObject([{ op: 'StepError', error: { name: 'PaymentError' } }]);
    expect(retryAfter(failed)).toBe(after(1050));
    expect(finished.ops).toMatchObject([{ op: 'RunComplete', data: 'no error' }]);
    expect(inngest.requests('/v1/checkpoint/')).toHaveLength(1);
  });
});
