import type { FunctionConfiguration } from '../../../api/v2/answer-types/function.js';
import { describeConfiguration, describeTrigger } from './configuration-words.js';

const retries = { value: 5, isDefault: false };

describe('The description of a function', () => {
  it.each<[Partial<FunctionConfiguration>, string]>([
    [
      { concurrency: { step: [], fn: [{ limit: 2, key: 'event.data.user' }] } },
      'Concurrency: at most 2 runs from start to end at the same time for each `event.data.user`',
    ],
    [
      { concurrency: { step: [{ limit: 1, key: "'all'", scope: 'Account' }] } },
      "Concurrency: at most 1 step at the same time for each `'all'`, together with all functions of the account",
    ],
    [{ concurrency: 10 }, 'Concurrency: at most 10 steps at the same time'],
    [
      { concurrency: [{ limit: 1, key: 'event.data.user', scope: 'env' }] },
      'Concurrency: at most 1 step at the same time for each `event.data.user`, together with all functions of the environment',
    ],
    [{ throttle: { limit: 20, period: '1m30s' } }, 'Throttle: starts 20 runs per 1 m 30 s; the others wait'],
    [
      { throttle: { limit: 5, period: '10s', burst: 3 } },
      'Throttle: starts 5 runs per 10 s, and 3 more at the same time after a pause; the others wait',
    ],
    [
      { rateLimit: { limit: 2, period: '1h', key: 'k' } },
      'Rate limit: at most 2 runs per 1 h for each `k`; further events start no run',
    ],
    [{ idempotency: 'event.data.id' }, 'Idempotency: runs once in 24 hours for the same `event.data.id`'],
    [
      { priority: { run: 'int(event.data.p)' } },
      'Priority: goes ahead of other runs by `int(event.data.p)` seconds',
    ],
    [
      { debounce: { period: '5s', timeout: '1m' } },
      'Debounce: starts when no event has come for 5 s, at the latest after 1 m',
    ],
    [
      { batchEvents: { maxSize: 10, timeout: '5s' } },
      'Batch: one run for up to 10 events, or for the events of 5 s',
    ],
    [{ singleton: { mode: 'skip' } }, 'Singleton: one run at a time; a new event is skipped meanwhile'],
    [
      { singleton: { mode: 'cancel' } },
      'Singleton: one run at a time; a new event cancels the run and starts another',
    ],
    [{ timeouts: { start: '10s' } }, 'Timeout: cancelled when it has not started within 10 s'],
    [{ timeouts: { finish: '1h' } }, 'Timeout: cancelled when it has not finished within 1 h'],
    [{ cancel: [{ event: 'stop', if: 'a == b' }] }, 'Cancelled by the event `stop` if `a == b`'],
  ])('has a sentence for %j', (configuration, words) => {
    expect(describeConfiguration({ ...configuration, retries })).toEqual([
      words,
      'Retries: a step is tried up to 6 times',
    ]);
  });

  it('names the number of attempts of a step', () => {
    expect(describeConfiguration({ retries: { value: 0, isDefault: false } })).toEqual([
      'Retries: a step is tried once',
    ]);
    expect(describeConfiguration({ retries: { value: 4, isDefault: true } })).toEqual([
      'Retries: a step is tried up to 5 times (the default)',
    ]);
  });

  it('names its triggers', () => {
    expect(describeTrigger({ type: 'EVENT', value: 'a/b', condition: 'x > 1' })).toBe(
      'On the event `a/b` if `x > 1`',
    );
    expect(describeTrigger({ type: 'CRON', value: '0 3 * * *' })).toBe('On the schedule `0 3 * * *`');
  });
});
