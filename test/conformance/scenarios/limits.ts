import {
  all,
  anything,
  between,
  differs,
  including,
  matching,
  satisfying,
  type Matcher,
} from '../expectations.js';
import type { Body, Scenario } from '../scenario.js';
import { WHY } from './differences.js';
import { BY_PLAY, PLAYED } from './played.js';
import { completed, failed, ops, ran, returns, stepByStep } from './words.js';

const MIB = 1024 * 1024;
const LARGE = 'x'.repeat(2.5 * MIB);
const MAX_STEPS = 1_000;

const keepsMuch: Body = async ({ step }) => {
  const a = await step.run('a', () => LARGE);
  const b = await step.run('b', () => LARGE);
  return a.length + b.length;
};
const A = { a: { data: LARGE } };

const tooMany: Body = async ({ step }) =>
  Promise.all(Array.from({ length: MAX_STEPS + 1 }, (_, n) => step.run(`s${n}`, () => n)));

const sizeError = (what: 'input' | 'output', embedded: RegExp): Matcher => {
  const size = `step ${what} size is greater than the limit`;
  return including({
    name: 'Error',
    message: all(
      matching(new RegExp(`^error validating generator opcode [0-9a-f]{40}: ${size}`)),
      differs(matching(new RegExp(`${size}$`)), matching(embedded), WHY.tooLarge),
    ),
  });
};
const tooLarge = sizeError('output', /\(step "huge": 4194306 bytes/);
// The size is that of the list with the step's inputs.
const inputTooLarge = sizeError('input', /\(step "eats": 4194308 bytes/);

const responseTooLarge: Matcher = including({ name: 'output_too_large' });
const tooManySteps: Matcher = including({
  name: 'InngestErrFunctionOverflowed',
  message: `The function run exceeded the step limit of ${MAX_STEPS} steps.`,
});

/** The limits of a run. The error messages are those of the real server's code. */
export const limits: Scenario[] = [
  {
    kind: 'run',
    id: 'large-state',
    title: 'state that is too large for a call is left out of it, and the app fetches it',
    notRecorded: true,
    functions: [stepByStep('large-state', keepsMuch)],
    send: {},
    calls: [
      { answer: ops(ran('a', LARGE)) },
      { steps: A, answer: ops(ran('b', LARGE)) },
      { fetches: true, steps: {}, stack: ['a', 'b'], current: 2, answer: returns(2 * LARGE.length) },
    ],
    run: completed(2 * LARGE.length, {
      spans: ['a', 'b'].map((name) => ({ name, status: 'COMPLETED', output: { data: LARGE } })),
    }),
  },
  {
    kind: 'run',
    id: 'step-over-4-mib',
    title: 'a step that gives more than 4 MiB fails its run',
    notRecorded: true,
    functions: [
      stepByStep('step-over-4-mib', async ({ step }) => step.run('huge', () => 'x'.repeat(4 * MIB)), {
        options: { retries: 0 },
      }),
    ],
    send: {},
    calls: [{ maxAttempts: 1, answer: ops(including({ op: 'StepRun', step: 'huge' })) }],
    run: failed(tooLarge, { v1Output: { error: tooLarge } }),
  },
  {
    kind: 'run',
    id: 'step-input-over-4-mib',
    title: 'a step that is given more than 4 MiB fails its run',
    notRecorded: true,
    functions: [
      stepByStep(
        'step-input-over-4-mib',
        async ({ step }) => step.run('eats', (text: string) => text.length, 'x'.repeat(4 * MIB)),
        { options: { retries: 0 } },
      ),
    ],
    send: {},
    calls: [{ maxAttempts: 1, answer: ops(including({ op: 'StepRun', step: 'eats' })) }],
    run: failed(inputTooLarge, { v1Output: { error: inputTooLarge } }),
  },
  {
    kind: 'run',
    id: 'response-over-8-mib',
    title: 'a response of more than 8 MiB fails its run, with output_too_large as the name of the error',
    notRecorded: true,
    functions: [
      stepByStep('response-over-8-mib', async () => 'x'.repeat(8 * MIB), { options: { retries: 0 } }),
    ],
    send: {},
    calls: [{ maxAttempts: 1, answer: anything }],
    run: failed(responseTooLarge, { v1Output: { error: responseTooLarge } }),
  },
  {
    kind: 'flow',
    id: 'batch-over-10-mib',
    title: 'a batch starts when its events are 10 MiB together, with the one that exceeds them',
    notRecorded: true,
    functions: [
      stepByStep('batch-over-10-mib', async ({ events }) => events.length, {
        options: { batchEvents: { maxSize: 10, timeout: '60s', key: BY_PLAY } },
      }),
    ],
    sends: [
      {
        at: 0,
        events: [1, 2, 3, 4].map((n) => ({ data: { n, played: PLAYED, blob: 'x'.repeat(2.9 * MIB) } })),
      },
    ],
    // The timeout of the batch would be 60 s. In real time the server takes a while to store 12 MB.
    starts: [between(0, 20_000)],
    order: [1],
  },
  {
    kind: 'run',
    id: 'over-1000-steps',
    title: 'a run that has more than 1,000 steps fails',
    notRecorded: true,
    functions: [stepByStep('over-1000-steps', tooMany)],
    send: {},
    calls: [
      {
        answer: satisfying(
          `${MAX_STEPS + 1} planned steps`,
          (answer) => (answer as { ops?: unknown[] }).ops?.length === MAX_STEPS + 1,
        ),
      },
    ],
    run: failed(tooManySteps, { v1Output: { error: tooManySteps } }),
  },
];
