import { RetryAfterError } from 'inngest';
import type { Body, CallExpectation, Scenario, SpanExpectation } from '../scenario.js';
import {
  checkpointing,
  completed,
  completedInCall,
  completes,
  ops,
  ran,
  returns,
  stepByStep,
  stepError,
  thrown,
  throws,
} from './words.js';

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

/** Requests delays of 0.9, 4.4 and 0.5 s. The resulting delays were measured. */
const oddDelays: Body = async ({ step, attempt }, { clock }) =>
  step.run('odd', () => {
    if (attempt === 0) throw new RetryAfterError('in 0.9 s', 900);
    if (attempt === 1) throw new RetryAfterError('in 4.4 s', '4400ms');
    if (attempt === 2) throw new RetryAfterError('in 0.5 s, as a date', new Date(clock.now() + 500));
    return 'done';
  });

export const retryAfter: Scenario[] = [
  {
    kind: 'run',
    id: 'retryafter-ckpt-on',
    recordings: ['24-retryafter-ckpt-on'],
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
    recordings: ['25-retryafter-ckpt-off'],
    title: 'the same, step by step',
    functions: [stepByStep('retryafter-nock', later)],
    send: {},
    calls: [...laterCalls, { steps: { later: { data: 'ok@2' } }, answer: returns('ok@2') }],
    run: completed('ok@2', { spans: laterSpans }),
  },
  {
    kind: 'run',
    id: 'retryafter-fn-ckpt-on',
    recordings: ['26-retryafter-fn-ckpt-on'],
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
    recordings: ['27-retryafter-fn-ckpt-off'],
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
];
