import { aTimestamp, matching } from '../expectations.js';
import type { Body, Scenario, SpanExpectation } from '../scenario.js';
import {
  checkpointing,
  completed,
  completedInCall,
  completes,
  ops,
  ran,
  returns,
  sleeps,
  stepByStep,
} from './words.js';

const naps: Body = async ({ step }) => {
  await step.run('before', () => 1);
  await step.sleep('nap', '1s');
  await step.sleep('half', 500);
  await step.run('after', () => 2);
  return 'slept';
};
const napSpans: SpanExpectation[] = [
  { name: 'before', status: 'COMPLETED', output: { data: 1 } },
  { name: 'nap', op: 'SLEEP', status: 'COMPLETED' },
  { name: 'half', op: 'SLEEP', status: 'COMPLETED' },
  { name: 'after', status: 'COMPLETED', output: { data: 2 } },
];

const sleepsUntil: Body = async ({ step }, { clock }) => {
  const until = await step.run('when', () => clock.now() + 2_500);
  await step.sleepUntil('until', new Date(until));
  return 'awake';
};

export const sleeping: Scenario[] = [
  {
    kind: 'run',
    id: 'sleep-ckpt-on',
    recordings: ['28-sleep-ckpt-on', 'api/v2-trace-sleep-ckpt-on'],
    title: 'a sleep ends the call; its result is null; half a second becomes a whole one',
    functions: [checkpointing('sleep', naps)],
    send: {},
    calls: [
      { reports: [[ran('before', 1)]], answer: ops(sleeps('nap', '1s')) },
      {
        after: [1_000, 1_000],
        steps: { before: { data: 1 }, nap: null },
        answer: ops(sleeps('half', '1s')),
      },
      {
        after: [1_000, 1_000],
        steps: { before: { data: 1 }, nap: null, half: null },
        reports: [[ran('after', 2)]],
        answer: ops(completes('slept')),
      },
    ],
    run: completedInCall('slept', { spans: napSpans }),
  },
  {
    kind: 'run',
    id: 'sleep-ckpt-off',
    recordings: ['29-sleep-ckpt-off'],
    title: 'the same, step by step',
    functions: [stepByStep('sleep-nock', naps)],
    send: {},
    calls: [
      { answer: ops(ran('before', 1)) },
      { steps: { before: { data: 1 } }, answer: ops(sleeps('nap', '1s')) },
      {
        after: [1_000, 1_000],
        steps: { before: { data: 1 }, nap: null },
        answer: ops(sleeps('half', '1s')),
      },
      {
        after: [1_000, 1_000],
        steps: { before: { data: 1 }, nap: null, half: null },
        answer: ops(ran('after', 2)),
      },
      {
        steps: { before: { data: 1 }, nap: null, half: null, after: { data: 2 } },
        answer: returns('slept'),
      },
    ],
    run: completed('slept', { spans: napSpans }),
  },
  {
    kind: 'run',
    id: 'sleep-until',
    title: 'a sleep until a moment keeps its milliseconds',
    functions: [checkpointing('sleep-until', sleepsUntil)],
    send: {},
    calls: [
      {
        reports: [[ran('when', aTimestamp)]],
        answer: ops({ op: 'Sleep', step: 'until', name: matching(/^\d{4}-.*Z$/) }),
      },
      {
        after: [2_500, 2_500],
        steps: { when: { data: aTimestamp }, until: null },
        answer: ops(completes('awake')),
      },
    ],
    run: completedInCall('awake', {
      spans: [
        { name: 'when', status: 'COMPLETED', output: { data: aTimestamp } },
        { name: 'until', op: 'SLEEP', status: 'COMPLETED' },
      ],
    }),
  },
];
