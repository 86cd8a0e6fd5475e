import { anyOrder, differs, including, type Matcher } from '../expectations.js';
import type { Act, Body, CallExpectation, Scenario, SpanExpectation } from '../scenario.js';
import { WHY } from './differences.js';
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

/** The names of the spans below the run's span. */
const trace: Act = {
  request: { method: 'GET', path: '/api/v2/runs/{run}/trace' },
  answer: {
    status: 200,
    body: including({
      data: including({
        rootSpan: including({
          children: differs(
            anyOrder(...['flaky', 'flaky', 'flaky', 'flaky', 'Finalization', 'executor.nonstep'].map(named)),
            ['flaky', 'Finalization'].map(named),
            WHY.trace,
          ),
        }),
      }),
    }),
  },
};

const threeFlakySteps: Body = async ({ step, attempt }) => {
  const run = (name: string, failures: number): Promise<string> =>
    step.run(name, () => {
      if (attempt < failures) throw new Error(`${name}${attempt}`);
      return `${name}${attempt}`;
    });
  return [await run('a', 2), await run('b', 1), await run('c', 0)];
};

export const stepRetries: Scenario[] = [
  {
    kind: 'run',
    id: 'retry-then-ok-ckpt-on',
    recordings: ['12-retry-then-ok-ckpt-on'],
    title: 'a step that fails twice is tried again, and its result memoized for the rest of the function',
    functions: [checkpointing('retry-then-ok', flaky)],
    send: {},
    calls: [...flakyCalls, { steps: { flaky: { data: 'ok@2' } }, answer: ops(completes({ r: 'ok@2' })) }],
    run: completedInCall({ r: 'ok@2' }, { spans: flakySpans }),
  },
  {
    kind: 'run',
    id: 'retry-then-ok-ckpt-off',
    recordings: ['13-retry-then-ok-ckpt-off', 'api/v2-trace-retry-then-ok-ckpt-off'],
    title: 'the same, step by step',
    functions: [stepByStep('retry-then-ok-nock', flaky)],
    send: {},
    acts: [{ afterCalls: 4 }, trace],
    calls: [...flakyCalls, { steps: { flaky: { data: 'ok@2' } }, answer: returns({ r: 'ok@2' }) }],
    run: completed({ r: 'ok@2' }, { spans: flakySpans }),
  },
  {
    kind: 'run',
    id: 'retry-interval',
    title: 'with --retry-interval every retry for which the app names no time comes that much later',
    withRetryInterval: true,
    functions: [stepByStep('retry-interval', flaky)],
    send: {},
    calls: [...flakyCalls, { steps: { flaky: { data: 'ok@2' } }, answer: returns({ r: 'ok@2' }) }],
    run: completed({ r: 'ok@2' }, { spans: flakySpans }),
  },
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
];

function named(name: string): Matcher {
  return including({ name });
}
