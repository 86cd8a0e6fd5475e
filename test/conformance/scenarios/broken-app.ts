import { including, matching, unseen } from '../expectations.js';
import type { Scenario } from '../scenario.js';
import { completed, returns, stepByStep } from './words.js';

const ANSWERS = [
  { status: 502, body: '<h1>Bad Gateway</h1>' },
  { status: 401, body: '{"message":"Unauthorized"}' },
  { status: 200, body: 'It works!' },
];

export const brokenApp: Scenario[] = [
  {
    kind: 'run',
    id: 'app-broken',
    title: 'what is not an answer of the SDK is tried again, whatever its status',
    functions: [
      stepByStep('app-broken', async ({ attempt }) => `mended@${attempt}`, {
        instead: (attempt) => ANSWERS[attempt],
      }),
    ],
    send: {},
    calls: [
      { answer: { status: 502, error: '<h1>Bad Gateway</h1>' } },
      {
        attempt: 1,
        version: -1,
        after: { backoffOf: 0 },
        answer: { status: 401, error: { message: 'Unauthorized' } },
      },
      { attempt: 2, version: -1, after: { backoffOf: 1 }, answer: { returns: 'It works!' } },
      { attempt: 3, version: -1, after: { backoffOf: 2 }, answer: returns('mended@3') },
    ],
    run: completed('mended@3'),
  },
  {
    kind: 'run',
    id: 'app-broken-for-good',
    title: 'and fails the run when its retries are used up',
    functions: [
      stepByStep('app-broken-for-good', async () => 'not reached', {
        options: { retries: 1 },
        instead: () => ({ status: 503, body: 'no' }),
      }),
    ],
    send: {},
    calls: [
      { maxAttempts: 2, answer: { status: 503, error: 'no' } },
      {
        maxAttempts: 2,
        attempt: 1,
        version: -1,
        after: { backoffOf: 0 },
        answer: { status: 503, error: 'no' },
      },
    ],
    run: {
      status: 'FAILED',
      output: unseen(including({ name: 'Server returned a fatal error', message: matching(/503/) })),
    },
  },
];
