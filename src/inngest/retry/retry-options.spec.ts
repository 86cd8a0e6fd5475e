import { Injectable } from '@nestjs/common';
import { eventType, NonRetriableError } from 'inngest';
import { VirtualClock } from '../../clock/index.js';
import { InngestFunction, retryDelay, withRetry, type InngestContext, type RetryOptions } from '../index.js';
import { call } from '../testing/call.js';
import { startApp, type StartedApp } from '../testing/start-app.js';

const asked = eventType('test/asked');
const fail = (): number => {
  throw new Error('boom');
};

@Injectable()
class Functions {
  @InngestFunction({ id: 'plain', triggers: [asked], retries: 5 })
  plain({ step }: InngestContext<typeof asked>): Promise<number> {
    return step.run('charge', fail);
  }

  @InngestFunction({ id: 'own', triggers: [asked], retries: 5, retry: { base: '5s', factor: 3, max: '30s' } })
  own({ step }: InngestContext<typeof asked>): Promise<number> {
    return step.run('charge', fail);
  }

  @InngestFunction({ id: 'outside', triggers: [asked], retries: 5, retry: { delays: [7000] } })
  outside(): void {
    fail();
  }

  @InngestFunction({ id: 'step', triggers: [asked], retries: 5, retry: { delays: ['7s'] } })
  ofStep({ step }: InngestContext<typeof asked>): Promise<number> {
    return step.run('charge', withRetry({ delays: ['1m', 90_000] }, fail));
  }

  @InngestFunction({ id: 'never', triggers: [asked], retries: 5 })
  never({ step }: InngestContext<typeof asked>): Promise<number> {
    const charge = (): number => {
      throw new NonRetriableError('never');
    };
    return step.run('charge', withRetry({ delays: ['1m'] }, charge));
  }

  @InngestFunction({ id: 'text', triggers: [asked], retries: 5 })
  text({ step }: InngestContext<typeof asked>): Promise<number> {
    const charge = (): number => {
      // oxlint-disable-next-line no-throw-literal, only-throw-error
      throw 'a text';
    };
    return step.run('charge', withRetry({ delays: ['1m'] }, charge));
  }
}

describe('The retry option', () => {
  const clock = new VirtualClock(Date.parse('2030-01-02T03:04:05.678Z'));
  let started: StartedApp | undefined;
  const start = async (retry?: RetryOptions): Promise<StartedApp> =>
    (started = await startApp({ providers: [Functions], clock, inngest: { retry } }));
  /** The delay until the retry after an attempt, in milliseconds; null if the answer does not set one. */
  const delay = async (fnId: string, attempt = 0): Promise<number | null> => {
    const { headers } = await call(started?.url ?? '', { fnId: `app-${fnId}`, attempt });
    const at = headers.get('retry-after');
    return at === null ? null : Date.parse(at) - clock.now();
  };

  afterEach(() => started?.app.close());

  it('sets the backoff of all functions', async () => {
    await start({ base: 2000, factor: 10, max: '1m', jitter: 0 });
    expect([await delay('plain'), await delay('plain', 1), await delay('plain', 2)]).toEqual([
      2000, 20_000, 60_000,
    ]);
  });

  it('of a function counts before that of the module, in steps and outside', async () => {
    await start({ delays: ['1h'] });
    expect([await delay('own'), await delay('own', 1), await delay('own', 2)]).toEqual([
      5000, 15_000, 30_000,
    ]);
    expect(await delay('outside')).toBe(7000);
    expect(await delay('plain')).toBe(3_600_000);
  });

  it('of a step counts before that of the function; the last delay repeats', async () => {
    await start();
    expect([await delay('step'), await delay('step', 1), await delay('step', 4)]).toEqual([
      60_000, 90_000, 90_000,
    ]);
    expect(await delay('text')).toBe(60_000);
  });

  it('retries nothing that is not to be retried', async () => {
    await start({ delays: ['1h'] });
    expect(await delay('never')).toBeNull();
    expect(await delay('step', 5)).toBeNull();
  });

  it('may be a function of attempt and error, that gives a date or milliseconds', async () => {
    const seen: unknown[] = [];
    await start((attempt, error) => {
      seen.push([attempt, error.message]);
      return attempt === 0 ? new Date(clock.now() + 1234) : attempt * 1000;
    });
    expect([await delay('plain'), await delay('plain', 3)]).toEqual([1234, 3000]);
    expect(seen).toEqual([
      [0, 'boom'],
      [3, 'boom'],
    ]);
  });

  it.each([
    ['throws', fail, 'boom'],
    ['gives no time', () => undefined as unknown as number, 'it returned undefined, which is no Date'],
    ['gives no date', () => new Date(Number.NaN), 'it returned Invalid Date'],
  ])('that %s leaves the error and the default backoff', async (_, retry, reason) => {
    const { logger } = await start(retry);
    expect(await delay('plain', 1)).toBe(2100);
    expect(logger.matching(/^error The retry function for "plain" failed/)).toEqual([
      expect.stringContaining(reason),
    ]);
  });

  it.each([
    [{ base: 0 }, '"base" must be a duration above 0'],
    [{ base: 'soon' }, '"base" must be a duration above 0'],
    [{ factor: 0.5 }, '"factor" must be a number of 1 or more'],
    [{ max: -1 }, '"max" must be a duration above 0'],
    [{ jitter: 2 }, '"jitter" must be a number from 0 to 1'],
    [{ delays: [] }, '"delays" must be a list of durations'],
    [{ delays: ['1s', 'x'] }, '"delays" must be a list of durations'],
    [{ delays: ['1s'], base: 1 }, '"delays" cannot be combined with "base"'],
    [{ maximum: 1 }, '"maximum" is not an option'],
    ['1s', 'must be an object, or a function'],
  ])('%j is refused by name', async (retry, message) => {
    const given = retry as RetryOptions;
    await expect(start(given)).rejects.toThrow(message);
    expect(() => withRetry(given, fail)).toThrow(`The option "retry" of withRetry`);

    @Injectable()
    class Wrong {
      @InngestFunction({ id: 'wrong', triggers: [asked], retry: given })
      run(): void {}
    }
    await expect(startApp({ providers: [Wrong] })).rejects.toThrow(
      'The option "retry" of @InngestFunction on Wrong.run',
    );
  });

  it('never names a date that could not be sent', () => {
    expect(retryDelay(19, () => 0.5, { base: '10m', factor: 1000 })).toBe(365 * 24 * 3_600_000);
  });
});
