import { aUlid, anyOrder } from '../expectations.js';
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
/** What is memoized when such a call is made depends on which of the others have been answered. */
const alone = (step: string, data: string): CallExpectation => ({
  step,
  alone: true,
  answer: ops(ran(step, data)),
});
const memos = { 'p-a': { data: 'a' }, 'p-b': { data: 'b' }, 'p-c': { data: 'c' } };
const abcSpans: SpanExpectation[] = [
  { name: 'p-a', status: 'COMPLETED', output: { data: 'a' } },
  { name: 'p-b', status: 'COMPLETED', output: { data: 'b' } },
  { name: 'p-c', status: 'COMPLETED', output: { data: 'c' } },
  { name: 'after', status: 'COMPLETED', output: { data: 'abc' } },
];

const emits: Body = async ({ step, runId }) =>
  step.sendEvent('emit', [
    { name: 'conformance/other', data: { n: 1 } },
    { name: 'conformance/other', data: { n: 2 }, id: `given-id-${runId}` },
  ]);
const IDS = { ids: [aUlid, aUlid] };
const emitted = ran('emit', IDS, { name: 'sendEvent', opts: { type: 'step.sendEvent' } });
const emitSpans: SpanExpectation[] = [{ name: 'emit', status: 'COMPLETED', output: IDS }];

const sameIdAgain: Body = async ({ step }) => {
  const results: number[] = [];
  for (const n of [1, 2, 3]) results.push(await step.run('again', () => n * n));
  return results;
};

const numbered: Body = async ({ step }) => {
  for (const n of [1, 2, 3, 4, 5]) await step.run(`s${n}`, () => n);
  return 'x';
};

/** The SDK measures this by the wall clock, so the step that is to exceed it must too. */
const MAX_RUNTIME_MS = 500;
const exceedsRuntime: Body = async ({ step }) => {
  await step.run('s1', () => 1);
  await step.run('s2', async () => {
    await new Promise((resolve) => setTimeout(resolve, MAX_RUNTIME_MS + 50));
    return 2;
  });
  await step.run('s3', () => 3);
  await step.run('s4', () => 4);
  return 'x';
};

export const parallel: Scenario[] = [
  {
    kind: 'run',
    id: 'parallel-ckpt-on',
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
    id: 'send-event-ckpt-on',
    title: 'a step that sends events keeps their ids',
    functions: [checkpointing('send-event', emits)],
    send: {},
    calls: [{ reports: [[emitted]], answer: ops(completes(IDS)) }],
    run: completedInCall(IDS, { spans: emitSpans }),
  },
  {
    kind: 'run',
    id: 'send-event-ckpt-off',
    title: 'the same, step by step',
    functions: [stepByStep('send-event-nock', emits)],
    send: {},
    calls: [{ answer: ops(emitted) }, { steps: { emit: { data: IDS } }, answer: returns(IDS) }],
    run: completed(IDS, { spans: emitSpans }),
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
  {
    kind: 'run',
    id: 'ckpt-buffered-3',
    title: 'reports of three steps at a time; what is left over comes with the end',
    functions: [checkpointing('buffered', numbered, { options: { checkpointing: { bufferedSteps: 3 } } })],
    send: {},
    calls: [
      {
        reports: [[ran('s1', 1), ran('s2', 2), ran('s3', 3)]],
        answer: ops(ran('s4', 4), ran('s5', 5), completes('x')),
      },
    ],
    run: completedInCall('x', {
      spans: [1, 2, 3, 4, 5].map((n) => ({ name: `s${n}`, status: 'COMPLETED', output: { data: n } })),
    }),
  },
  {
    kind: 'run',
    id: 'ckpt-max-runtime-1s',
    title: 'after the longest time in one call the next step is planned and gets a call of its own',
    functions: [
      checkpointing('maxrt', exceedsRuntime, { options: { checkpointing: { maxRuntime: MAX_RUNTIME_MS } } }),
    ],
    send: {},
    calls: [
      { reports: [[ran('s1', 1)], [ran('s2', 2)]], answer: ops(planned('s3')) },
      {
        step: 's3',
        steps: { s1: { data: 1 }, s2: { data: 2 } },
        answer: ops(ran('s3', 3)),
      },
      {
        steps: { s1: { data: 1 }, s2: { data: 2 }, s3: { data: 3 } },
        reports: [[ran('s4', 4)]],
        answer: ops(completes('x')),
      },
    ],
    run: completedInCall('x', {
      spans: [1, 2, 3, 4].map((n) => ({ name: `s${n}`, status: 'COMPLETED', output: { data: n } })),
    }),
  },
];
