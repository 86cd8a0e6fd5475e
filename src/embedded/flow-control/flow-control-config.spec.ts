import type { FlowControl } from './flow-control.js';
import { FlowControlConfigError, parseFlowControl } from './flow-control-config.js';

const HOUR = 3_600_000;

/** Parses the flow control of a registered function that has these options. */
const parse = (options: object): FlowControl =>
  parseFlowControl('app-fn', { id: 'app-fn', name: 'fn', triggers: [], steps: {}, ...options });

function refusal(options: object): FlowControlConfigError | undefined {
  try {
    parse(options);
    return undefined;
  } catch (error) {
    if (error instanceof FlowControlConfigError) return error;
    throw error;
  }
}

const mistakes = (options: object): string[] =>
  refusal(options)?.mistakes.map(({ field, problem }) => `${field} ${problem}`) ?? [];

describe('parseFlowControl', () => {
  it('has no limits without options', () => {
    expect(parse({})).toMatchObject({ concurrency: [], cancelOn: [] });
    expect(parse({ throttle: undefined, concurrency: null }).throttle).toBeUndefined();
  });

  it('reads concurrency as a number, an object, or a list of two', () => {
    expect(parse({ concurrency: 10 }).concurrency).toEqual([{ limit: 10, scope: 'fn' }]);
    expect(parse({ concurrency: { limit: 3 } }).concurrency).toMatchObject([{ limit: 3, scope: 'fn' }]);
    const [first, second] = parse({
      concurrency: [{ limit: 10 }, { limit: 1, key: 'event.data.user', scope: 'account' }],
    }).concurrency;
    expect(parse({ concurrency: { step: 3, fn: 5 } }).concurrency).toMatchObject([
      { limit: 3, scope: 'fn' },
      { limit: 5, isHeldByRun: true },
    ]);
    expect(parse({ concurrency: { step: null, fn: null } }).concurrency).toEqual([]);
    expect(parse({ concurrency: { Step: [], Fn: null } }).concurrency).toEqual([]);
    expect(first).toMatchObject({ limit: 10, scope: 'fn' });
    expect(second).toMatchObject({ limit: 1, scope: 'account', key: { source: 'event.data.user' } });
  });

  it('reads throttle', () => {
    expect(parse({ throttle: { limit: 20, period: '60s' } }).throttle).toMatchObject({
      limit: 20,
      periodMs: 60_000,
      burst: 0,
    });
    expect(
      parse({ throttle: { limit: 5, period: '1m30s', burst: 3, key: 'event.data.x' } }).throttle,
    ).toMatchObject({
      periodMs: 90_000,
      burst: 3,
      key: { source: 'event.data.x' },
    });
  });

  it('reads rateLimit, and idempotency as a limit of one per 24 hours that replaces it', () => {
    expect(parse({ rateLimit: { limit: 10, period: '1h' } }).rateLimit).toMatchObject({
      limit: 10,
      periodMs: HOUR,
      writtenAs: 'rateLimit',
    });
    expect(
      parse({ idempotency: 'event.data.taskId', rateLimit: { limit: 10, period: '1h' } }).rateLimit,
    ).toMatchObject({
      limit: 1,
      periodMs: 24 * HOUR,
      writtenAs: 'idempotency',
      key: { source: 'event.data.taskId' },
    });
  });

  it('counts the periods of throttle and rateLimit in whole seconds', () => {
    expect(parse({ throttle: { limit: 1, period: '1500ms' } }).throttle?.periodMs).toBe(1_000);
    expect(parse({ rateLimit: { limit: 1, period: '2900ms' } }).rateLimit?.periodMs).toBe(2_000);
  });

  it('reads priority, debounce, singleton and timeouts', () => {
    const flowControl = parse({
      priority: { run: 'int(event.data.priority)' },
      debounce: { period: '5m', timeout: '10m', key: '' },
      singleton: { mode: 'cancel', key: 'event.data.user' },
      timeouts: { start: '10s', finish: '1h' },
    });
    expect(flowControl.priority?.run.source).toBe('int(event.data.priority)');
    expect(flowControl.debounce).toEqual({ periodMs: 300_000, timeoutMs: 600_000, key: undefined });
    expect(flowControl.singleton).toMatchObject({ mode: 'cancel', key: { source: 'event.data.user' } });
    expect(flowControl.timeouts).toEqual({ startMs: 10_000, finishMs: HOUR });
  });

  it('reads batchEvents', () => {
    expect(
      parse({
        batchEvents: { maxSize: 100, timeout: '5s', key: 'event.data.user', if: 'event.data.free == true' },
      }).batch,
    ).toMatchObject({
      maxSize: 100,
      timeoutMs: 5_000,
      key: { source: 'event.data.user' },
      if: { source: 'event.data.free == true' },
    });
  });

  it('reads cancel, with a timeout that is a duration or a time', () => {
    expect(
      parse({
        cancel: [
          { event: 'a', if: 'event.data.id == async.data.id' },
          { event: 'b', timeout: '1h' },
          { event: 'c', timeout: '2026-01-01T00:00:00.000Z' },
        ],
      }).cancelOn,
    ).toMatchObject([
      { event: 'a', if: { source: 'event.data.id == async.data.id' } },
      { event: 'b', until: { afterMs: HOUR } },
      { event: 'c', until: { at: Date.UTC(2026, 0, 1) } },
    ]);
  });
});

describe('FlowControlConfigError', () => {
  it.each([
    [{ concurrency: -1 }, 'concurrency must be 0 or more, not -1'],
    [{ concurrency: 1.5 }, 'concurrency must be a whole number'],
    [{ concurrency: 'many' }, 'concurrency must be an object'],
    [
      { concurrency: [{ limit: 1 }, { limit: 2 }, { limit: 3 }] },
      'concurrency has 3 limits; at most 2 are allowed',
    ],
    [{ concurrency: { limit: 1, scope: 'env' } }, 'concurrency.key is missing; the scope env needs one'],
    [{ concurrency: [{ limit: 1, scope: 'app' }] }, 'concurrency[0].scope must be one of fn, env, account'],
    [{ concurrency: {} }, 'concurrency.limit is missing'],
    [{ throttle: { limit: 0, period: '1s' } }, 'throttle.limit must be 1 or more, not 0'],
    [{ throttle: { limit: 1 } }, 'throttle.period is missing'],
    [{ throttle: { limit: 1, period: '500ms' } }, 'throttle.period must be 1 s or longer'],
    [{ throttle: { limit: 1, period: '8d' } }, 'throttle.period must be 7 d or shorter'],
    [{ throttle: { limit: 1, period: 60 } }, 'throttle.period A number is not a duration'],
    [{ throttle: { limit: 1, period: '1 minute' } }, 'throttle.period "1 minute" is not a duration'],
    [{ throttle: { limit: 1, period: '1s', burst: -1 } }, 'throttle.burst must be 0 or more, not -1'],
    [
      { throttle: { limit: 1, period: '1s', keys: 'x' } },
      'throttle.keys is unknown; the known fields are limit, period, burst, key',
    ],
    [{ rateLimit: { limit: 1, period: '25h' } }, 'rateLimit.period must be 1 d or shorter'],
    [
      { idempotency: 'event.data.a ?? 1' },
      'idempotency is wrong: ?? is not supported: write x != null ? x : y',
    ],
    [{ idempotency: '' }, 'idempotency is wrong: '],
    [{ idempotency: 5 }, 'idempotency must be an expression'],
    [{ priority: { run: 'nope(event)' } }, 'priority.run is wrong: Unknown function nope()'],
    [{ debounce: { period: '8d' } }, 'debounce.period must be 7 d or shorter'],
    [{ debounce: { period: '10s', timeout: 'x' } }, 'debounce.timeout "x" is not a duration'],
    [{ batchEvents: { maxSize: 1, timeout: '5s' } }, 'batchEvents.maxSize must be 2 or more, not 1'],
    [{ batchEvents: { maxSize: 5, timeout: '100ms' } }, 'batchEvents.timeout must be 1 s or longer'],
    [{ singleton: { mode: 'wait' } }, 'singleton.mode must be one of skip, cancel'],
    [{ singleton: {} }, 'singleton.mode is missing'],
    [{ timeouts: { finish: 'soon' } }, 'timeouts.finish "soon" is not a duration'],
    [{ cancel: [{ if: 'true' }] }, 'cancel[0].event is missing'],
    [{ cancel: [{ event: 'a', timeout: 'soon' }] }, 'cancel[0].timeout "soon" is not a duration'],
    [
      { cancel: [{ event: 'a', if: 'size(event.data.x) > 1' }] },
      'cancel[0].if is wrong: Only comparisons are allowed here, not size()',
    ],
    [
      { cancel: Array.from({ length: 6 }, () => ({ event: 'a' })) },
      'cancel has 6 events; at most 5 are allowed',
    ],
  ])('names what is wrong in %j', (options, mistake) => {
    expect(mistakes(options)).toEqual([expect.stringContaining(mistake)]);
    // The error that quotes a mistake adds the full stop.
    expect(mistakes(options).join()).not.toMatch(/[.]$/);
  });

  it.each(['debounce', 'singleton', 'priority'])('refuses batchEvents with %s', (other) => {
    const options = { debounce: { period: '1s' }, singleton: { mode: 'skip' }, priority: { run: '1' } };
    expect(
      mistakes({
        batchEvents: { maxSize: 2, timeout: '1s' },
        [other]: options[other as keyof typeof options],
      }),
    ).toEqual([`batchEvents cannot be combined with ${other}`]);
  });

  it('refuses batchEvents with cancelOn, but not with rateLimit, which it ignores', () => {
    const batchEvents = { maxSize: 2, timeout: '1s' };
    expect(mistakes({ batchEvents, cancel: [{ event: 'a' }] })).toEqual([
      'batchEvents cannot be combined with cancelOn',
    ]);
    expect(mistakes({ batchEvents, rateLimit: { limit: 1, period: '1s' }, cancel: [] })).toEqual([]);
  });

  it('names every mistake, with the function and the position in the expression', () => {
    const error = refusal({ throttle: { limit: 0, period: 'x' }, idempotency: 'event.data.' });
    expect(error?.functionId).toBe('app-fn');
    expect(error?.mistakes.map(({ field }) => field)).toEqual([
      'throttle.limit',
      'throttle.period',
      'idempotency',
    ]);
    expect(error?.mistakes[2]?.position).toEqual({ line: 1, column: 12 });
    expect(error?.message).toContain('The function app-fn cannot be registered:\n- throttle.limit must be');
  });
});
