import type { Body, Scenario } from '../scenario.js';
import { checkpointing, completedInCall, completes, ops, planned, ran } from './words.js';

const numbered: Body = async ({ step }) => {
  for (const n of [1, 2, 3, 4, 5]) await step.run(`s${n}`, () => n);
  return 'x';
};

/** The SDK measures the runtime by the wall clock, so the step that exceeds it must wait in real time. */
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

export const checkpointed: Scenario[] = [
  {
    kind: 'run',
    id: 'ckpt-buffered-3',
    recordings: ['44-ckpt-buffered-3'],
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
    recordings: ['45-ckpt-max-runtime-1s'],
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
