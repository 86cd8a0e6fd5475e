import { RetryAfterError, referenceFunction } from 'inngest';
import type { ConnectScenario } from '../scenario.js';
import { checkpointing, stepByStep, thrown } from './words.js';

const SECOND = 1_000;

const SERVED = referenceFunction({ appId: 'conformance', functionId: 'served-for-connected' });

/** An app that opens a connection (the SDK's `connect()`) instead of being called over HTTP. */
export const connected: ConnectScenario[] = [
  {
    kind: 'connect',
    id: 'connect-steps',
    title: 'an app that connects: a call for each step, and one for the end',
    notRecorded: true,
    connected: [
      stepByStep('steps', async ({ step }) => ({
        a: await step.run('a', () => 1),
        b: await step.run('b', () => 'two'),
      })),
    ],
    run: {
      status: 'COMPLETED',
      output: { a: 1, b: 'two' },
      spans: [
        { name: 'a', status: 'COMPLETED', output: { data: 1 } },
        { name: 'b', status: 'COMPLETED', output: { data: 'two' } },
      ],
    },
  },
  {
    kind: 'connect',
    id: 'connect-checkpoint',
    title: 'an app that connects reports its steps from inside the call',
    notRecorded: true,
    connected: [
      checkpointing('reports', async ({ step }) => ({
        a: await step.run('a', () => 1),
        b: await step.run('b', () => 'two'),
      })),
    ],
    run: {
      status: 'COMPLETED',
      output: { a: 1, b: 'two' },
      spans: [
        { name: 'a', status: 'COMPLETED', output: { data: 1 } },
        { name: 'b', status: 'COMPLETED', output: { data: 'two' } },
      ],
    },
  },
  {
    kind: 'connect',
    id: 'connect-sleep',
    title: 'an app that connects: a run sleeps without a call',
    notRecorded: true,
    connected: [
      stepByStep('sleeps', async ({ step }) => {
        await step.sleep('nap', '2s');
        return 'rested';
      }),
    ],
    within: [2 * SECOND, 2 * SECOND],
    run: {
      status: 'COMPLETED',
      output: { data: 'rested' },
      spans: [{ name: 'nap', op: 'SLEEP', status: 'COMPLETED' }],
    },
  },
  {
    kind: 'connect',
    id: 'connect-retry',
    title: 'an app that connects: a step that fails is tried again at the moment that it names',
    notRecorded: true,
    connected: [
      stepByStep('fails-once', async ({ step, attempt }, { clock }) =>
        step.run('flaky', () => {
          if (attempt === 0) throw new RetryAfterError('later', new Date(clock.now() + 2 * SECOND));
          return `ok@${attempt}`;
        }),
      ),
    ],
    within: [2 * SECOND, 2 * SECOND],
    run: {
      status: 'COMPLETED',
      output: { data: 'ok@1' },
      spans: [
        {
          name: 'flaky',
          status: 'COMPLETED',
          output: { data: 'ok@1' },
          attempts: ['FAILED', 'COMPLETED'],
        },
      ],
    },
  },
  {
    kind: 'connect',
    id: 'connect-failure',
    title: 'an app that connects: a function that throws until its retries are used up fails its run',
    notRecorded: true,
    connected: [
      stepByStep(
        'fails',
        async () => {
          throw new Error('broken');
        },
        { options: { retries: 0 } },
      ),
    ],
    run: { status: 'FAILED', output: { error: thrown('Error', 'broken') }, spans: [] },
  },
  {
    kind: 'connect',
    id: 'connect-invokes-served',
    title: 'an app that connects invokes a function of one that is called over HTTP, and gets its result',
    notRecorded: true,
    functions: [stepByStep('served-for-connected', async ({ event }) => event.data['n'], { triggers: [] })],
    connected: [
      stepByStep('invokes', async ({ step }) => step.invoke('call', { function: SERVED, data: { n: 7 } })),
    ],
    run: {
      status: 'COMPLETED',
      output: { data: 7 },
      spans: [{ name: 'call', op: 'INVOKE', status: 'COMPLETED', output: { data: 7 } }],
    },
  },
];
