import type { Body, Scenario } from '../scenario.js';
import {
  checkpointing,
  completed,
  completedInCall,
  completes,
  ops,
  ran,
  returns,
  stepByStep,
} from './words.js';

const fiveSteps: Body = async ({ event, step }) => {
  const a = await step.run('step-1-initialize', () => ({ ok: 1 }));
  const b = await step.run('step-2-process', () => 'two');
  await step.run('step-3-simulate-delay', () => undefined);
  await step.run('step-4-simulate-api-call', () => null);
  const e = await step.run('step-5-finalize', () => [1, 2]);
  return { taskId: (event.data as { taskId: string }).taskId, a, b, e };
};
const FIVE = { taskId: 't1', a: { ok: 1 }, b: 'two', e: [1, 2] };
const FIVE_SPANS = [
  { name: 'step-1-initialize', status: 'COMPLETED', output: { ok: 1 } },
  { name: 'step-2-process', status: 'COMPLETED', output: { data: 'two' } },
  { name: 'step-3-simulate-delay', status: 'COMPLETED', output: { data: null } },
  { name: 'step-4-simulate-api-call', status: 'COMPLETED', output: { data: null } },
  { name: 'step-5-finalize', status: 'COMPLETED', output: { data: [1, 2] } },
];

const notJson: Body = async ({ step }) =>
  step.run('u', () => ({ d: new Date(0), n: Number.NaN, big: 10n, nothing: undefined }));
const MADE_JSON = { d: '1970-01-01T00:00:00.000Z', n: null };
const notJsonSpans = [{ name: 'u', status: 'COMPLETED', output: MADE_JSON }];

const sameIdAgain: Body = async ({ step }) => {
  const results: number[] = [];
  for (const n of [1, 2, 3]) results.push(await step.run('again', () => n * n));
  return results;
};

export const steps: Scenario[] = [
  {
    kind: 'run',
    id: 'success-ckpt-on',
    recordings: [
      '10-success-ckpt-on',
      'api/v1-event-runs',
      'api/v1-run',
      'api/v2-event-runs',
      'api/v2-event-runs-output',
      'api/v2-run',
      'api/v2-run-ckpt-include-output',
      'api/v2-run-trace',
      'api/v2-run-trace-output',
    ],
    title: 'five steps, reported one by one from inside a single call',
    functions: [checkpointing('success', fiveSteps)],
    send: { data: { taskId: 't1' } },
    calls: [
      {
        reports: [
          [ran('step-1-initialize', { ok: 1 })],
          [ran('step-2-process', 'two')],
          [ran('step-3-simulate-delay', null)],
          [ran('step-4-simulate-api-call', null)],
          [ran('step-5-finalize', [1, 2])],
        ],
        answer: ops(completes(FIVE)),
      },
    ],
    run: completedInCall(FIVE, { spans: FIVE_SPANS }),
  },
  {
    kind: 'run',
    id: 'success-ckpt-off',
    recordings: [
      '11-success-ckpt-off',
      'api/v1-event-runs-nock',
      'api/v1-run-nock',
      'api/v2-run-include-output',
    ],
    title: 'five steps, one call each, and one for the end',
    functions: [stepByStep('success-nock', fiveSteps)],
    send: { data: { taskId: 't1' } },
    calls: [
      { answer: ops(ran('step-1-initialize', { ok: 1 })) },
      { steps: { 'step-1-initialize': { data: { ok: 1 } } }, answer: ops(ran('step-2-process', 'two')) },
      {
        steps: { 'step-1-initialize': { data: { ok: 1 } }, 'step-2-process': { data: 'two' } },
        answer: ops(ran('step-3-simulate-delay', null)),
      },
      {
        steps: {
          'step-1-initialize': { data: { ok: 1 } },
          'step-2-process': { data: 'two' },
          'step-3-simulate-delay': { data: null },
        },
        answer: ops(ran('step-4-simulate-api-call', null)),
      },
      {
        steps: {
          'step-1-initialize': { data: { ok: 1 } },
          'step-2-process': { data: 'two' },
          'step-3-simulate-delay': { data: null },
          'step-4-simulate-api-call': { data: null },
        },
        answer: ops(ran('step-5-finalize', [1, 2])),
      },
      {
        steps: {
          'step-1-initialize': { data: { ok: 1 } },
          'step-2-process': { data: 'two' },
          'step-3-simulate-delay': { data: null },
          'step-4-simulate-api-call': { data: null },
          'step-5-finalize': { data: [1, 2] },
        },
        answer: returns(FIVE),
      },
    ],
    run: completed(FIVE, { spans: FIVE_SPANS }),
  },
  {
    kind: 'run',
    id: 'bigint-ckpt-on',
    recordings: ['42-bigint-ckpt-on'],
    title:
      'what JSON cannot carry: a date becomes text, NaN becomes null, undefined and big integers go missing',
    functions: [checkpointing('bigint', notJson)],
    send: {},
    calls: [{ reports: [[ran('u', MADE_JSON)]], answer: ops(completes(MADE_JSON)) }],
    run: completedInCall(MADE_JSON, { spans: notJsonSpans }),
  },
  {
    kind: 'run',
    id: 'bigint-ckpt-off',
    recordings: ['43-bigint-ckpt-off'],
    title: 'the same, step by step',
    functions: [stepByStep('bigint-nock', notJson)],
    send: {},
    calls: [
      { answer: ops(ran('u', MADE_JSON)) },
      { steps: { u: { data: MADE_JSON } }, answer: returns(MADE_JSON) },
    ],
    run: completed(MADE_JSON, { spans: notJsonSpans }),
  },
  {
    kind: 'run',
    id: 'same-id-in-a-loop',
    title: 'a step whose id repeats is a step of its own each time',
    functions: [stepByStep('same-id-in-a-loop', sameIdAgain)],
    send: {},
    calls: [
      { answer: ops(ran('again', 1)) },
      { steps: { again: { data: 1 } }, answer: ops(ran('again:1', 4)) },
      { steps: { again: { data: 1 }, 'again:1': { data: 4 } }, answer: ops(ran('again:2', 9)) },
      {
        steps: { again: { data: 1 }, 'again:1': { data: 4 }, 'again:2': { data: 9 } },
        answer: returns([1, 4, 9]),
      },
    ],
    run: completed([1, 4, 9], {
      spans: [1, 4, 9].map((data) => ({ name: 'again', status: 'COMPLETED', output: { data } })),
    }),
  },
];
