import { anyOrder, anything, including, unseen } from '../expectations.js';
import type { Body, CallExpectation, Scenario, SpanExpectation } from '../scenario.js';
import {
  checkpointing,
  completed,
  completedInCall,
  completes,
  ops,
  planned,
  ran,
  returns,
  sleeps,
  stepByStep,
} from './words.js';

const threeAtOnce: Body = async ({ step }) => {
  const r = await Promise.all([
    step.run('p-a', () => 'a'),
    step.run('p-b', () => 'b'),
    step.run('p-c', () => 'c'),
  ]);
  return { r, last: await step.run('after', () => r.join('')) };
};
const ABC = { r: ['a', 'b', 'c'], last: 'abc' };
const plan: CallExpectation = { answer: ops(planned('p-a'), planned('p-b'), planned('p-c')) };
/**
 * A step call of a parallel group. On the real server, its memoized steps depend on which other calls have been answered by then.
 */
const alone = (step: string, data: string): CallExpectation => ({
  step,
  alone: true,
  steps: unseen({}),
  stack: unseen([]),
  answer: ops(ran(step, data)),
});
const memos = { 'p-a': { data: 'a' }, 'p-b': { data: 'b' }, 'p-c': { data: 'c' } };
const abcSpans: SpanExpectation[] = [
  { name: 'p-a', status: 'COMPLETED', output: { data: 'a' } },
  { name: 'p-b', status: 'COMPLETED', output: { data: 'b' } },
  { name: 'p-c', status: 'COMPLETED', output: { data: 'c' } },
  { name: 'after', status: 'COMPLETED', output: { data: 'abc' } },
];

const SECOND = 1_000;

const races =
  (mode: 'race' | 'all'): Body =>
  async ({ step, group }, { clock }) => {
    const race = async (): Promise<string> =>
      Promise.race([
        step.run('fast', () => 'fast'),
        step.run('slow', async () => {
          await clock.sleep(2 * SECOND);
          return 'slow';
        }),
      ]);
    return mode === 'race' ? group.parallel({ mode }, race) : race();
  };
const raceCalls: CallExpectation[] = [racer('fast'), racer('slow')];
const raceSpans: SpanExpectation[] = [
  { name: 'fast', status: 'COMPLETED', output: { data: 'fast' } },
  { name: 'slow', status: 'COMPLETED', output: { data: 'slow' } },
];

function racer(step: string): CallExpectation {
  return { step, alone: true, steps: unseen({}), stack: unseen([]), answer: anything };
}

export const parallel: Scenario[] = [
  {
    kind: 'run',
    id: 'parallel-ckpt-on',
    recordings: ['32-parallel-ckpt-on', 'api/v2-trace-parallel-ckpt-on'],
    title: 'steps side by side get a call each, and the function one more when all have ended',
    functions: [checkpointing('parallel', threeAtOnce)],
    send: {},
    calls: [
      plan,
      { concurrent: [alone('p-a', 'a'), alone('p-b', 'b'), alone('p-c', 'c')] },
      {
        steps: memos,
        stack: anyOrder('p-a', 'p-b', 'p-c'),
        current: 3,
        reports: [[ran('after', 'abc')]],
        answer: ops(completes(ABC)),
      },
    ],
    run: completedInCall(ABC, { spans: abcSpans }),
  },
  {
    kind: 'run',
    id: 'parallel-ckpt-off',
    recordings: ['33-parallel-ckpt-off'],
    title: 'the same, step by step',
    functions: [stepByStep('parallel-nock', threeAtOnce)],
    send: {},
    calls: [
      plan,
      { concurrent: [alone('p-a', 'a'), alone('p-b', 'b'), alone('p-c', 'c')] },
      {
        steps: memos,
        stack: anyOrder('p-a', 'p-b', 'p-c'),
        current: 3,
        answer: ops(ran('after', 'abc')),
      },
      {
        steps: { ...memos, after: { data: 'abc' } },
        stack: anyOrder('p-a', 'p-b', 'p-c', 'after'),
        current: 4,
        answer: returns(ABC),
      },
    ],
    run: completed(ABC, { spans: abcSpans }),
  },
  {
    kind: 'run',
    id: 'parallel-ends-with-sleep',
    title:
      'when a sleep ends steps that were planned together, the app plans in that call too; in the next it need not',
    functions: [
      stepByStep('parallel-ends-with-sleep', async ({ step }) => {
        await Promise.all([step.run('work', () => 1), step.sleep('nap', '2s')]);
        await step.run('after', () => 2);
        return 'done';
      }),
    ],
    send: {},
    calls: [
      { answer: ops(planned('work'), sleeps('nap', '2s')) },
      { step: 'work', alone: true, answer: ops(ran('work', 1)) },
      {
        after: [0, 2 * SECOND],
        alone: true,
        steps: { work: { data: 1 }, nap: null },
        current: unseen(2),
        answer: ops(planned('after')),
      },
      {
        step: 'after',
        steps: { work: { data: 1 }, nap: null },
        stack: unseen(['work', 'nap']),
        answer: ops(ran('after', 2)),
      },
      {
        steps: { work: { data: 1 }, nap: null, after: { data: 2 } },
        current: unseen(3),
        answer: returns('done'),
      },
    ],
    run: completed('done', {
      spans: [
        { name: 'work', status: 'COMPLETED', output: { data: 1 } },
        { name: 'nap', op: 'SLEEP', status: 'COMPLETED' },
        { name: 'after', status: 'COMPLETED', output: { data: 2 } },
      ],
    }),
  },
  {
    kind: 'run',
    id: 'race-ends-with-sleep',
    title:
      'in a group of the mode race the app need not plan in the call after the sleep, but runs the next step',
    functions: [
      stepByStep('race-ends-with-sleep', async ({ step, group }) => {
        await group.parallel({ mode: 'race' }, async () =>
          Promise.all([step.run('work', () => 1), step.sleep('nap', '2s')]),
        );
        await step.run('after', () => 2);
        return 'done';
      }),
    ],
    send: {},
    calls: [
      {
        answer: ops(including({ op: 'StepPlanned', step: 'work' }), including({ op: 'Sleep', step: 'nap' })),
      },
      racer('work'),
      // In a race, the server calls the function again when the first step has ended. That call finds the sleep, which continues.
      { steps: { work: { data: 1 } }, current: 1, answer: anything },
      {
        after: [0, 2 * SECOND],
        steps: { work: { data: 1 }, nap: null },
        current: unseen(2),
        answer: ops(ran('after', 2)),
      },
      {
        steps: { work: { data: 1 }, nap: null, after: { data: 2 } },
        current: unseen(3),
        answer: returns('done'),
      },
    ],
    run: completed('done', {
      spans: [
        { name: 'work', status: 'COMPLETED', output: { data: 1 } },
        { name: 'nap', op: 'SLEEP', status: 'COMPLETED' },
        { name: 'after', status: 'COMPLETED', output: { data: 2 } },
      ],
    }),
  },
  {
    kind: 'run',
    id: 'race',
    title: 'steps that race are followed up when all of them have ended',
    notRecorded: true,
    functions: [stepByStep('race', races('all'))],
    send: {},
    calls: [
      { answer: ops(planned('fast'), planned('slow')) },
      { concurrent: raceCalls },
      {
        steps: { fast: { data: 'fast' }, slow: { data: 'slow' } },
        stack: ['fast', 'slow'],
        current: 2,
        answer: returns('fast'),
      },
    ],
    run: completed('fast', { spans: raceSpans }),
  },
  {
    kind: 'run',
    id: 'race-in-group',
    title: 'in a group of that mode, when the first of them has',
    notRecorded: true,
    functions: [stepByStep('race-in-group', races('race'))],
    send: {},
    calls: [
      { answer: ops(including({ step: 'fast' }), including({ step: 'slow' })) },
      { concurrent: raceCalls },
      {
        // Two seconds before the call of the slow step, made at the same time, is answered.
        after: [-2 * SECOND, -2 * SECOND],
        steps: { fast: { data: 'fast' } },
        current: 1,
        answer: ops(including({ op: 'StepPlanned', step: 'slow' })),
      },
      {
        steps: { fast: { data: 'fast' }, slow: { data: 'slow' } },
        stack: ['fast', 'slow'],
        current: 2,
        answer: returns('fast'),
      },
    ],
    run: completed('fast', { spans: raceSpans }),
  },
];
