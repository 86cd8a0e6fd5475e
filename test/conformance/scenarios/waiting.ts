import { randomUUID } from 'node:crypto';
import { aTimestamp, aUlid, aUuid, anError, anything, including, matching, unseen } from '../expectations.js';
import type { Body, CallExpectation, FunctionSpec, Scenario, SpanExpectation } from '../scenario.js';
import {
  checkpointing,
  completed,
  completedInCall,
  completes,
  failed,
  givesUp,
  invokes,
  ops,
  ran,
  returns,
  sleeps,
  stepByStep,
  thrown,
  waitsFor,
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

const waits: Body = async ({ step }) => {
  const a = await step.waitForEvent('w1', {
    event: 'conformance/signal',
    timeout: '20s',
    if: 'async.data.k == event.data.k',
  });
  const b = await step.waitForEvent('w2', { event: 'conformance/nosignal', timeout: '1s' });
  return { a: (a as { data: unknown } | null)?.data, b };
};
const W1 = waitsFor('w1', 'conformance/signal', { timeout: '20s', if: 'async.data.k == event.data.k' });
const W2 = waitsFor('w2', 'conformance/nosignal', { timeout: '1s' });
const signal = { data: { k: 7 }, id: aUlid, name: 'conformance/signal', ts: aTimestamp, user: {} };
const waitSpans: SpanExpectation[] = [
  { name: 'w1', op: 'WAIT_FOR_EVENT', status: 'COMPLETED', output: signal },
  { name: 'w2', op: 'WAIT_FOR_EVENT', status: 'COMPLETED' },
];

/** Every scenario has a child of its own, as others may be played at the same time. */
const child = (id: string): FunctionSpec =>
  checkpointing(
    id,
    async ({ event, step }) => ({ v: await step.run('c1', () => (event.data as { x: number }).x * 2) }),
    // As many retries as the server gives a function that names none.
    { triggers: [], options: { retries: undefined as never } },
  );
const childFails = (id: string): FunctionSpec =>
  checkpointing(
    id,
    async () => {
      throw new Error('child died');
    },
    { triggers: [], options: { retries: 0 } },
  );
const invocation = (fn: string, step: string): object => ({
  name: 'inngest/function.invoked',
  id: aUlid,
  ts: aTimestamp,
  user: {},
  data: {
    x: 21,
    _inngest: including({
      correlation_id: matching(/^[0-9A-Z]{26}\.[0-9a-f]{40}$/),
      expire: aTimestamp,
      fn_id: `conformance-${fn}`,
      name: step,
      source_app_id: aUuid,
      source_fn_id: aUuid,
      source_fn_v: 1,
    }),
  },
});

const calls =
  (id: string): Body =>
  async ({ step }, { fn }) =>
    step.invoke('call-child', { function: fn(id), data: { x: 21 } });
const asksFor = (step: string, id: string): object =>
  ops(invokes(step, { payload: { data: { x: 21 } }, function_id: `conformance-${id}` }));
const childCall = (id: string): CallExpectation => ({
  fn: id,
  maxAttempts: 5,
  version: -1,
  event: invocation(id, 'call-child'),
  reports: [[ran('c1', 42)]],
  answer: ops(completes({ v: 42 })),
});
const invokeSpans: SpanExpectation[] = [
  { name: 'call-child', op: 'INVOKE', status: 'COMPLETED', output: { v: 42 } },
];

const callsAndCatches =
  (id: string): Body =>
  async ({ step }, { fn }) => {
    try {
      return await step.invoke('call', { function: fn(id), data: { x: 21 } });
    } catch (error) {
      return { name: (error as Error).name, message: (error as Error).message };
    }
  };
const failingChildCall = (id: string): CallExpectation => ({
  fn: id,
  maxAttempts: 1,
  version: -1,
  event: invocation(id, 'call'),
  answer: givesUp(thrown('Error', 'child died')),
});
const childDied = { error: anError('Error', 'child died', { error: 'NonRetriableError' }) };
const CAUGHT = { name: 'Error', message: 'child died' };
const invokeFailSpans: SpanExpectation[] = [
  {
    name: 'call',
    op: 'INVOKE',
    status: 'FAILED',
    output: anError('Error', 'child died', { error: 'NonRetriableError' }),
  },
];

const slowChild = stepByStep('slow-child', async ({ step }) => step.sleep('long', '10s'), { triggers: [] });
const callsSlowChild: Body = async ({ step }, { fn }) => {
  await step.invoke('impatient', { function: fn('slow-child'), data: {}, timeout: '2s' });
};
const TIMED_OUT = {
  name: 'InngestInvokeTimeoutError',
  message: 'Timed out waiting for invoked function to complete',
};

/** One step at a time can wait for a signal, and a server may remember one of another time. */
const SIGNAL = `conformance/ready ${randomUUID()}`;
const received = { signal: SIGNAL, data: { n: 1 } };
const waitsForSignal: Body = async ({ step }) =>
  step.waitForSignal('ready', { signal: SIGNAL, timeout: '1m', onConflict: 'fail' });

export const waiting: Scenario[] = [
  {
    kind: 'run',
    id: 'sleep-ckpt-on',
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
  {
    kind: 'run',
    id: 'wait-ckpt-on',
    title:
      'an event that matches ends the wait, one that does not is passed over; a wait that expires gives null',
    functions: [checkpointing('wait', waits)],
    send: { data: { k: 7 } },
    acts: [
      { afterCalls: 1 },
      { send: { name: 'conformance/signal', data: { k: 8 } } },
      { send: { name: 'conformance/signal', data: { k: 7 } } },
    ],
    calls: [
      { answer: ops(W1) },
      { steps: { w1: signal }, answer: ops(W2) },
      {
        after: [1_000, 1_000],
        steps: { w1: signal, w2: null },
        answer: ops(completes({ a: { k: 7 }, b: null })),
      },
    ],
    run: completedInCall({ a: { k: 7 }, b: null }, { spans: waitSpans }),
  },
  {
    kind: 'run',
    id: 'wait-ckpt-off',
    title: 'the same, step by step',
    functions: [stepByStep('wait-nock', waits)],
    // Another number: the signals of the scenario before must not end these waits when both are played at once.
    send: { data: { k: 9 } },
    acts: [{ afterCalls: 1 }, { send: { name: 'conformance/signal', data: { k: 9 } } }],
    calls: [
      { answer: ops(W1) },
      { steps: { w1: { ...signal, data: { k: 9 } } }, answer: ops(W2) },
      {
        after: [1_000, 1_000],
        steps: { w1: { ...signal, data: { k: 9 } }, w2: null },
        answer: returns({ a: { k: 9 }, b: null }),
      },
    ],
    run: completed(
      { a: { k: 9 }, b: null },
      {
        spans: waitSpans.map((span) =>
          span.name === 'w1' ? { ...span, output: { ...signal, data: { k: 9 } } } : span,
        ),
      },
    ),
  },
  {
    kind: 'run',
    id: 'signal',
    title: 'a signal ends the wait for it, and is not kept when nobody waits',
    functions: [stepByStep('signal', waitsForSignal)],
    send: {},
    acts: [
      { afterCalls: 1 },
      {
        request: { method: 'POST', path: '/v1/signals', json: received },
        answer: { status: 200, body: including({ data: { run_id: aUlid } }) },
      },
      { afterCalls: 2 },
      {
        request: { method: 'POST', path: '/v1/signals', json: received },
        answer: { status: 404, body: { error: 'No signal found', data: null, status: 404 } },
      },
    ],
    calls: [
      { answer: ops({ op: 'WaitForSignal', step: 'ready', name: SIGNAL, opts: anything }) },
      { after: [0, 5_000], steps: { ready: { data: received } }, answer: returns(received) },
    ],
    run: completed(received, {
      spans: [{ name: 'ready', op: 'WAIT_FOR_SIGNAL', status: 'COMPLETED', output: unseen(received) }],
    }),
  },
  {
    kind: 'run',
    id: 'invoke-ckpt-on',
    title: 'a step invokes another function and gets what that returns',
    functions: [checkpointing('invoke', calls('child')), child('child')],
    send: {},
    calls: [
      { answer: asksFor('call-child', 'child') },
      childCall('child'),
      { steps: { 'call-child': { data: { v: 42 } } }, answer: ops(completes({ v: 42 })) },
    ],
    run: completedInCall({ v: 42 }, { spans: invokeSpans }),
  },
  {
    kind: 'run',
    id: 'invoke-ckpt-off',
    title: 'the same, step by step',
    functions: [stepByStep('invoke-nock', calls('child-nock')), child('child-nock')],
    send: {},
    calls: [
      { answer: asksFor('call-child', 'child-nock') },
      childCall('child-nock'),
      { steps: { 'call-child': { data: { v: 42 } } }, answer: returns({ v: 42 }) },
    ],
    run: completed({ v: 42 }, { spans: invokeSpans }),
  },
  {
    kind: 'run',
    id: 'invoke-fail-ckpt-on',
    title: 'the function that was invoked fails: the step that did gets its error',
    functions: [checkpointing('invoke-fail', callsAndCatches('child-fails')), childFails('child-fails')],
    send: {},
    calls: [
      { answer: asksFor('call', 'child-fails') },
      failingChildCall('child-fails'),
      { steps: { call: childDied }, answer: ops(completes(CAUGHT)) },
    ],
    run: completedInCall(CAUGHT, { spans: invokeFailSpans }),
  },
  {
    kind: 'run',
    id: 'invoke-fail-ckpt-off',
    title: 'the same, step by step',
    functions: [
      stepByStep('invoke-fail-nock', callsAndCatches('child-fails-nock')),
      childFails('child-fails-nock'),
    ],
    send: {},
    calls: [
      { answer: asksFor('call', 'child-fails-nock') },
      failingChildCall('child-fails-nock'),
      { steps: { call: childDied }, answer: returns(CAUGHT) },
    ],
    run: completed(CAUGHT, { spans: invokeFailSpans }),
  },
  {
    kind: 'run',
    id: 'invoke-timeout',
    title: 'an invocation that takes too long fails the step; the function that was invoked goes on',
    functions: [stepByStep('invoke-timeout', callsSlowChild, { options: { retries: 0 } }), slowChild],
    send: {},
    calls: [
      {
        maxAttempts: 1,
        answer: ops(
          invokes('impatient', {
            payload: { data: {} },
            function_id: 'conformance-slow-child',
            timeout: '2s',
          }),
        ),
      },
      {
        fn: 'slow-child',
        version: -1,
        event: including({ name: 'inngest/function.invoked' }),
        answer: ops(sleeps('long', '10s')),
      },
      {
        maxAttempts: 1,
        after: [2_000, 2_000],
        steps: {
          impatient: { error: { ...TIMED_OUT, error: `${TIMED_OUT.name}: ${TIMED_OUT.message}` } },
        },
        answer: givesUp(including(TIMED_OUT)),
      },
      {
        fn: 'slow-child',
        after: [8_000, 8_000],
        event: including({ name: 'inngest/function.invoked' }),
        steps: { long: null },
        answer: returns(null),
      },
    ],
    run: failed(including(TIMED_OUT), {
      spans: [{ name: 'impatient', op: 'INVOKE', status: 'FAILED', output: including(TIMED_OUT) }],
    }),
  },
];
