import { NonRetriableError } from 'inngest';
import { aTimestamp, aUlid, anError, unseen } from '../expectations.js';
import type { Body, Scenario, SpanExpectation } from '../scenario.js';
import {
  checkpointing,
  completed,
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
} from './words.js';

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
/** The event `inngest/function.failed`, which triggers the failure handler. */
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

const neverAgain: Body = async ({ step }) => {
  await step.run('bad', () => {
    throw new NonRetriableError('never again', { cause: new Error('root') });
  });
};
const cause = { cause: thrown('Error', 'root') };

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

export const stepFailures: Scenario[] = [
  {
    kind: 'run',
    id: 'exhaust-ckpt-on',
    recordings: ['14-exhaust-ckpt-on', 'api/v2-trace-exhaust-ckpt-on'],
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
    recordings: ['15-exhaust-ckpt-off'],
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
  ...(['on', 'off'] as const).map((mode): Scenario => {
    const fn = mode === 'on' ? 'nonretriable' : 'nonretriable-nock';
    return {
      kind: 'run',
      id: `nonretriable-ckpt-${mode}`,
      recordings: mode === 'on' ? ['20-nonretriable-ckpt-on'] : ['21-nonretriable-ckpt-off'],
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
