import { NonRetriableError } from 'inngest';
import type { Body, Scenario } from '../scenario.js';
import {
  checkpointing,
  completed,
  completedInCall,
  completes,
  failed,
  givesUp,
  ops,
  returns,
  stepByStep,
  thrown,
  throws,
} from './words.js';

const failsOnce: Body = async ({ attempt }) => {
  if (attempt < 1) throw new Error(`fn-level ${attempt}`);
  return `fn ok@${attempt}`;
};
const failsAlways: Body = async ({ attempt }) => {
  throw new Error(`fn-level ${attempt}`);
};

const neverAgainInFunction: Body = async () => {
  throw new NonRetriableError('never again (fn)');
};
const invalidPayload: Body = async ({ event }) => {
  if (typeof (event.data as { taskId: unknown }).taskId !== 'string') {
    throw new NonRetriableError('Invalid payload: taskId must be a string');
  }
};

export const functionErrors: Scenario[] = [
  {
    kind: 'run',
    id: 'fn-error-ckpt-on',
    recordings: ['16-fn-error-ckpt-on'],
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
    recordings: ['17-fn-error-ckpt-off'],
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
      recordings:
        mode === 'on'
          ? ['18-fn-exhaust-ckpt-on', 'api/v2-trace-fn-exhaust-ckpt-on']
          : ['19-fn-exhaust-ckpt-off'],
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
    const fn = mode === 'on' ? 'nonretriable-fn' : 'nonretriable-fn-nock';
    return {
      kind: 'run',
      id: `nonretriable-fn-ckpt-${mode}`,
      recordings: mode === 'on' ? ['22-nonretriable-fn-ckpt-on'] : ['23-nonretriable-fn-ckpt-off'],
      title: 'the function says itself that it must not be tried again',
      functions: [(mode === 'on' ? checkpointing : stepByStep)(fn, neverAgainInFunction)],
      send: {},
      calls: [{ answer: givesUp(thrown('NonRetriableError', 'never again (fn)')) }],
      run: failed(thrown('NonRetriableError', 'never again (fn)')),
    };
  }),
  ...(['on', 'off'] as const).map((mode): Scenario => {
    const fn = mode === 'on' ? 'invalid-payload' : 'invalid-payload-nock';
    return {
      kind: 'run',
      id: `invalid-payload-ckpt-${mode}`,
      recordings: mode === 'on' ? ['30-invalid-payload-ckpt-on'] : ['31-invalid-payload-ckpt-off'],
      title: 'an event that makes no sense to the function fails its run at once',
      functions: [(mode === 'on' ? checkpointing : stepByStep)(fn, invalidPayload)],
      send: { data: { taskId: 5 } },
      calls: [{ answer: givesUp(thrown('NonRetriableError', 'Invalid payload: taskId must be a string')) }],
      run: failed(thrown('NonRetriableError', 'Invalid payload: taskId must be a string')),
    };
  }),
];
