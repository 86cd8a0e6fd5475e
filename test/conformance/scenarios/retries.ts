import { NonRetriableError, RetryAfterError } from 'inngest';
import { aTimestamp, aUlid, anError, unseen } from '../expectations.js';
import type { Body, CallExpectation, Scenario, SpanExpectation } from '../scenario.js';
import {
  checkpointing,
  completed,
  completedInCall,
  completes,
  failed,
  givesUp,
  grownStack,
  memoizedError,
  namedAfterItsRun,
  ops,
  ran,
  returns,
  stepByStep,
  stepError,
  stepFailed,
  thrown,
  throws,
} from './words.js';

const flaky: Body = async ({ step, attempt }) => ({
  r: await step.run('flaky', () => {
    if (attempt < 2) throw new TypeError(`flaky ${attempt}`);
    return `ok@${attempt}`;
  }),
});
const flakyCalls: CallExpectation[] = [
  { answer: stepError('flaky', thrown('TypeError', 'flaky 0')) },
  { attempt: 1, after: { backoffOf: 0 }, answer: stepError('flaky', thrown('TypeError', 'flaky 1')) },
  { attempt: 2, after: { backoffOf: 1 }, answer: ops(ran('flaky', 'ok@2')) },
];
const flakySpans: SpanExpectation[] = [
  {
    name: 'flaky',
    status: 'COMPLETED',
    output: { data: 'ok@2' },
    attempts: ['FAILED', 'FAILED', 'COMPLETED'],
  },
];

const boom: Body = async ({ step, attempt }) => {
  await step.run('ok', () => 1);
  await step.run('boom', () => {
    throw Object.assign(new Error(`boom ${attempt}`), { code: 'E_BOOM' });
  });
};
const alert: Body = async ({ step }) => {
  await step.run('alert', () => 'alerted');
  return 'handled';
};
const boomThrown = (attempt: number): object => thrown('Error', `boom ${attempt}`, { code: 'E_BOOM' });
/** `inngest/function.failed`, which triggers the failure handler. */
const failureOf = (fn: string): object =>
  namedAfterItsRun({
    name: 'inngest/function.failed',
    id: aUlid,
    ts: aTimestamp,
    user: {},
    data: {
      _inngest: { status: 'Failed' },
      error: { error: 'NonRetriableError', ...anError('Error', 'boom 2') },
      event: { name: fn, data: {}, id: aUlid, ts: aTimestamp, user: {} },
      events: [{ name: fn, data: {}, id: aUlid, ts: aTimestamp }],
      function_id: `conformance-${fn}`,
      result: thrown('Error', 'boom 2'),
      run_id: aUlid,
    },
  });
const boomSpans: SpanExpectation[] = [
  { name: 'ok', status: 'COMPLETED', output: { data: 1 } },
  {
    name: 'boom',
    status: 'FAILED',
    output: anError('Error', 'boom 2'),
    attempts: ['FAILED', 'FAILED', 'FAILED'],
  },
];

const failsOnce: Body = async ({ attempt }) => {
  if (attempt < 1) throw new Error(`fn-level ${attempt}`);
  return `fn ok@${attempt}`;
};
const failsAlways: Body = async ({ attempt }) => {
  throw new Error(`fn-level ${attempt}`);
};

const neverAgain: Body = async ({ step }) => {
  await step.run('bad', () => {
    throw new NonRetriableError('never again', { cause: new Error('root') });
  });
};
const cause = { cause: thrown('Error', 'root') };
const neverAgainInFunction: Body = async () => {
  throw new NonRetriableError('never again (fn)');
};
const invalidPayload: Body = async ({ event }) => {
  if (typeof (event.data as { taskId: unknown }).taskId !== 'string') {
    throw new NonRetriableError('Invalid payload: taskId must be a string');
  }
};

const later: Body = async ({ step, attempt }, { clock }) =>
  step.run('later', () => {
    if (attempt === 0) throw new RetryAfterError('in 2s', 2_000);
    if (attempt === 1) throw new RetryAfterError('date', new Date(clock.now() + 1_500));
    return `ok@${attempt}`;
  });
const laterCalls: CallExpectation[] = [
  { answer: stepError('later', thrown('RetryAfterError', 'in 2s'), 2) },
  {
    attempt: 1,
    after: { wholeSeconds: 2 },
    answer: stepError('later', thrown('RetryAfterError', 'date'), 'a date'),
  },
  { attempt: 2, after: [1_500, 1_500], answer: ops(ran('later', 'ok@2')) },
];
const laterSpans: SpanExpectation[] = [
  {
    name: 'later',
    status: 'COMPLETED',
    output: { data: 'ok@2' },
    attempts: ['FAILED', 'FAILED', 'COMPLETED'],
  },
];
const laterInFunction: Body = async ({ attempt }) => {
  if (attempt === 0) throw new RetryAfterError('in 2s', 2_000);
  return `ok@${attempt}`;
};

/** Wanted 0.9, 4.4 and 0.5 s; what comes of it was measured. */
const oddDelays: Body = async ({ step, attempt }, { clock }) =>
  step.run('odd', () => {
    if (attempt === 0) throw new RetryAfterError('in 0.9 s', 900);
    if (attempt === 1) throw new RetryAfterError('in 4.4 s', '4400ms');
    if (attempt === 2) throw new RetryAfterError('in 0.5 s, as a date', new Date(clock.now() + 500));
    return 'done';
  });

const threeFlakySteps: Body = async ({ step, attempt }) => {
  const run = (name: string, failures: number): Promise<string> =>
    step.run(name, () => {
      if (attempt < failures) throw new Error(`${name}${attempt}`);
      return `${name}${attempt}`;
    });
  return [await run('a', 2), await run('b', 1), await run('c', 0)];
};

const catches: Body = async ({ step, attempt }) => {
  try {
    await step.run('fails', () => {
      throw new Error(`no ${attempt}`);
    });
  } catch (error) {
    return step.run('handle', () => `handled ${(error as Error).name}: ${(error as Error).message}`);
  }
  return 'not reached';
};

export const retries: Scenario[] = [
  {
    kind: 'run',
    id: 'retry-then-ok-ckpt-on',
    title: 'a step that fails twice is tried again, and its result memoized for the rest of the function',
    functions: [checkpointing('retry-then-ok', flaky)],
    send: {},
    calls: [...flakyCalls, { steps: { flaky: { data: 'ok@2' } }, answer: ops(completes({ r: 'ok@2' })) }],
    run: completedInCall({ r: 'ok@2' }, { spans: flakySpans }),
  },
  {
    kind: 'run',
    id: 'retry-then-ok-ckpt-off',
    title: 'the same, step by step',
    functions: [stepByStep('retry-then-ok-nock', flaky)],
    send: {},
    calls: [...flakyCalls, { steps: { flaky: { data: 'ok@2' } }, answer: returns({ r: 'ok@2' }) }],
    run: completed({ r: 'ok@2' }, { spans: flakySpans }),
  },
  {
    kind: 'run',
    id: 'exhaust-ckpt-on',
    title:
      'a step fails for good: the function is called once more with its error, and then its failure handler',
    functions: [checkpointing('exhaust', boom, { options: { retries: 2 }, onFailure: alert })],
    send: {},
    calls: [
      { maxAttempts: 3, reports: [[ran('ok', 1)]], answer: stepError('boom', boomThrown(0)) },
      {
        maxAttempts: 3,
        attempt: 1,
        after: { backoffOf: 0 },
        steps: { ok: { data: 1 } },
        current: grownStack(0, 1),
        answer: stepError('boom', boomThrown(1)),
      },
      {
        maxAttempts: 3,
        attempt: 2,
        after: { backoffOf: 1 },
        steps: { ok: { data: 1 } },
        current: grownStack(0, 1),
        answer: stepFailed('boom', boomThrown(2)),
      },
      {
        maxAttempts: 3,
        steps: { ok: { data: 1 }, boom: memoizedError('Error', 'boom 2') },
        answer: givesUp(thrown('Error', 'boom 2')),
      },
      {
        fn: 'exhaust-failure',
        maxAttempts: 2,
        version: -1,
        event: failureOf('exhaust'),
        reports: [[ran('alert', 'alerted')]],
        answer: ops(completes('handled')),
      },
    ],
    run: failed(thrown('Error', 'boom 2'), { spans: boomSpans }),
  },
  {
    kind: 'run',
    id: 'exhaust-ckpt-off',
    title: 'the same, step by step',
    functions: [stepByStep('exhaust-nock', boom, { options: { retries: 2 }, onFailure: alert })],
    send: {},
    calls: [
      { maxAttempts: 3, answer: ops(ran('ok', 1)) },
      { maxAttempts: 3, steps: { ok: { data: 1 } }, answer: stepError('boom', boomThrown(0)) },
      {
        maxAttempts: 3,
        attempt: 1,
        after: { backoffOf: 0 },
        steps: { ok: { data: 1 } },
        answer: stepError('boom', boomThrown(1)),
      },
      {
        maxAttempts: 3,
        attempt: 2,
        after: { backoffOf: 1 },
        steps: { ok: { data: 1 } },
        answer: stepFailed('boom', boomThrown(2)),
      },
      {
        maxAttempts: 3,
        steps: { ok: { data: 1 }, boom: memoizedError('Error', 'boom 2') },
        answer: givesUp(thrown('Error', 'boom 2')),
      },
      {
        fn: 'exhaust-nock-failure',
        maxAttempts: 2,
        version: -1,
        event: failureOf('exhaust-nock'),
        answer: ops(ran('alert', 'alerted')),
      },
      {
        fn: 'exhaust-nock-failure',
        maxAttempts: 2,
        event: failureOf('exhaust-nock'),
        steps: { alert: { data: 'alerted' } },
        answer: returns('handled'),
      },
    ],
    run: failed(thrown('Error', 'boom 2'), { spans: boomSpans }),
  },
  {
    kind: 'run',
    id: 'fn-error-ckpt-on',
    title: 'the function itself throws, and is tried again; its answer named no version yet',
    functions: [checkpointing('fn-error', failsOnce)],
    send: {},
    calls: [
      { answer: throws(thrown('Error', 'fn-level 0')) },
      { attempt: 1, version: -1, after: { backoffOf: 0 }, answer: ops(completes('fn ok@1')) },
    ],
    run: completedInCall('fn ok@1'),
  },
  {
    kind: 'run',
    id: 'fn-error-ckpt-off',
    title: 'the same, step by step',
    functions: [stepByStep('fn-error-nock', failsOnce)],
    send: {},
    calls: [
      { answer: throws(thrown('Error', 'fn-level 0')) },
      { attempt: 1, version: -1, after: { backoffOf: 0 }, answer: returns('fn ok@1') },
    ],
    run: completed('fn ok@1'),
  },
  ...(['on', 'off'] as const).map((mode): Scenario => {
    const fn = mode === 'on' ? 'fn-exhaust' : 'fn-exhaust-nock';
    const define = mode === 'on' ? checkpointing : stepByStep;
    return {
      kind: 'run',
      id: `fn-exhaust-ckpt-${mode}`,
      title: 'the function itself throws until its retries are used up',
      functions: [define(fn, failsAlways, { options: { retries: 1 } })],
      send: {},
      calls: [
        { maxAttempts: 2, answer: throws(thrown('Error', 'fn-level 0')) },
        {
          maxAttempts: 2,
          attempt: 1,
          version: -1,
          after: { backoffOf: 0 },
          answer: givesUp(thrown('Error', 'fn-level 1')),
        },
      ],
      run: failed(thrown('Error', 'fn-level 1'), { functionAttempts: ['FAILED', 'FAILED'] }),
    };
  }),
  ...(['on', 'off'] as const).map((mode): Scenario => {
    const fn = mode === 'on' ? 'nonretriable' : 'nonretriable-nock';
    return {
      kind: 'run',
      id: `nonretriable-ckpt-${mode}`,
      title: 'a step that must not be tried again fails at once; its cause comes back with it',
      functions: [(mode === 'on' ? checkpointing : stepByStep)(fn, neverAgain)],
      send: {},
      calls: [
        { answer: stepFailed('bad', thrown('NonRetriableError', 'never again', cause)) },
        {
          steps: { bad: memoizedError('NonRetriableError', 'never again', cause) },
          answer: givesUp(thrown('NonRetriableError', 'never again', cause)),
        },
      ],
      run: failed(thrown('NonRetriableError', 'never again', cause), {
        spans: [
          {
            name: 'bad',
            op: unseen('RUN'),
            status: 'FAILED',
            output: anError('NonRetriableError', 'never again', cause),
            attempts: unseen(['FAILED']),
          },
        ],
      }),
    };
  }),
  ...(['on', 'off'] as const).map((mode): Scenario => {
    const fn = mode === 'on' ? 'nonretriable-fn' : 'nonretriable-fn-nock';
    return {
      kind: 'run',
      id: `nonretriable-fn-ckpt-${mode}`,
      title: 'the function says itself that it must not be tried again',
      functions: [(mode === 'on' ? checkpointing : stepByStep)(fn, neverAgainInFunction)],
      send: {},
      calls: [{ answer: givesUp(thrown('NonRetriableError', 'never again (fn)')) }],
      run: failed(thrown('NonRetriableError', 'never again (fn)')),
    };
  }),
  {
    kind: 'run',
    id: 'retryafter-ckpt-on',
    title:
      'a step names when it wants to be tried again: seconds count from the truncated one, dates are kept',
    functions: [checkpointing('retryafter', later)],
    send: {},
    calls: [...laterCalls, { steps: { later: { data: 'ok@2' } }, answer: ops(completes('ok@2')) }],
    run: completedInCall('ok@2', { spans: laterSpans }),
  },
  {
    kind: 'run',
    id: 'retryafter-ckpt-off',
    title: 'the same, step by step',
    functions: [stepByStep('retryafter-nock', later)],
    send: {},
    calls: [...laterCalls, { steps: { later: { data: 'ok@2' } }, answer: returns('ok@2') }],
    run: completed('ok@2', { spans: laterSpans }),
  },
  {
    kind: 'run',
    id: 'retryafter-fn-ckpt-on',
    title: 'the function itself names when it wants to be tried again',
    functions: [checkpointing('retryafter-fn', laterInFunction)],
    send: {},
    calls: [
      { answer: throws(thrown('RetryAfterError', 'in 2s'), 2) },
      { attempt: 1, version: -1, after: { wholeSeconds: 2 }, answer: ops(completes('ok@1')) },
    ],
    run: completedInCall('ok@1'),
  },
  {
    kind: 'run',
    id: 'retryafter-fn-ckpt-off',
    title: 'the same, step by step',
    functions: [stepByStep('retryafter-fn-nock', laterInFunction)],
    send: {},
    calls: [
      { answer: throws(thrown('RetryAfterError', 'in 2s'), 2) },
      { attempt: 1, version: -1, after: { wholeSeconds: 2 }, answer: returns('ok@1') },
    ],
    run: completed('ok@1'),
  },
  {
    kind: 'run',
    id: 'retryafter-odd-delays',
    title:
      'delays are rounded up to whole seconds, and a date less than a second away becomes the next second',
    functions: [checkpointing('retryafter-odd', oddDelays)],
    send: {},
    calls: [
      { answer: stepError('odd', thrown('RetryAfterError', 'in 0.9 s'), 1) },
      {
        attempt: 1,
        after: { wholeSeconds: 1 },
        answer: stepError('odd', thrown('RetryAfterError', 'in 4.4 s'), 5),
      },
      {
        attempt: 2,
        after: { wholeSeconds: 5 },
        answer: stepError('odd', thrown('RetryAfterError', 'in 0.5 s, as a date'), 'a date'),
      },
      { attempt: 3, after: { wholeSeconds: 1 }, answer: ops(ran('odd', 'done')) },
      { steps: { odd: { data: 'done' } }, answer: ops(completes('done')) },
    ],
    run: completedInCall('done', {
      spans: [
        {
          name: 'odd',
          status: 'COMPLETED',
          output: { data: 'done' },
          attempts: ['FAILED', 'FAILED', 'FAILED', 'COMPLETED'],
        },
      ],
    }),
  },
  ...(['on', 'off'] as const).map((mode): Scenario => {
    const fn = mode === 'on' ? 'invalid-payload' : 'invalid-payload-nock';
    return {
      kind: 'run',
      id: `invalid-payload-ckpt-${mode}`,
      title: 'an event that makes no sense to the function fails its run at once',
      functions: [(mode === 'on' ? checkpointing : stepByStep)(fn, invalidPayload)],
      send: { data: { taskId: 5 } },
      calls: [{ answer: givesUp(thrown('NonRetriableError', 'Invalid payload: taskId must be a string')) }],
      run: failed(thrown('NonRetriableError', 'Invalid payload: taskId must be a string')),
    };
  }),
  {
    kind: 'run',
    id: 'attempts-per-step',
    title: 'attempts count for each step anew: a0 a1 a2 b0 b1 c0',
    functions: [stepByStep('attempts-per-step', threeFlakySteps)],
    send: {},
    calls: [
      { answer: stepError('a', thrown('Error', 'a0')) },
      { attempt: 1, after: { backoffOf: 0 }, answer: stepError('a', thrown('Error', 'a1')) },
      { attempt: 2, after: { backoffOf: 1 }, answer: ops(ran('a', 'a2')) },
      { steps: { a: { data: 'a2' } }, answer: stepError('b', thrown('Error', 'b0')) },
      { attempt: 1, after: { backoffOf: 0 }, steps: { a: { data: 'a2' } }, answer: ops(ran('b', 'b1')) },
      { steps: { a: { data: 'a2' }, b: { data: 'b1' } }, answer: ops(ran('c', 'c0')) },
      {
        steps: { a: { data: 'a2' }, b: { data: 'b1' }, c: { data: 'c0' } },
        answer: returns(['a2', 'b1', 'c0']),
      },
    ],
    run: completed(['a2', 'b1', 'c0'], {
      spans: [
        {
          name: 'a',
          status: 'COMPLETED',
          output: { data: 'a2' },
          attempts: ['FAILED', 'FAILED', 'COMPLETED'],
        },
        { name: 'b', status: 'COMPLETED', output: { data: 'b1' }, attempts: ['FAILED', 'COMPLETED'] },
        { name: 'c', status: 'COMPLETED', output: { data: 'c0' } },
      ],
    }),
  },
  {
    kind: 'run',
    id: 'step-error-caught',
    title: 'a function that catches the last error of a step goes on',
    functions: [stepByStep('step-error-caught', catches, { options: { retries: 0 } })],
    send: {},
    calls: [
      { maxAttempts: 1, answer: stepFailed('fails', thrown('Error', 'no 0')) },
      {
        maxAttempts: 1,
        steps: { fails: memoizedError('Error', 'no 0') },
        answer: ops(ran('handle', 'handled Error: no 0')),
      },
      {
        maxAttempts: 1,
        steps: { fails: memoizedError('Error', 'no 0'), handle: { data: 'handled Error: no 0' } },
        answer: returns('handled Error: no 0'),
      },
    ],
    run: completed('handled Error: no 0', {
      spans: [
        {
          name: 'fails',
          op: unseen('RUN'),
          status: 'FAILED',
          output: anError('Error', 'no 0'),
          attempts: unseen(['FAILED']),
        },
        { name: 'handle', status: 'COMPLETED', output: { data: 'handled Error: no 0' } },
      ],
    }),
  },
];
