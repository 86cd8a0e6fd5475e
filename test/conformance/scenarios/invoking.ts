import { aTimestamp, aUlid, aUuid, anError, including, matching } from '../expectations.js';
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
} from './words.js';

/** Each scenario has a separate child function, because others may be played at the same time. */
const child = (id: string): FunctionSpec =>
  checkpointing(
    id,
    async ({ event, step }) => ({ v: await step.run('c1', () => (event.data as { x: number }).x * 2) }),
    // The server's default number of retries, because the function sets none.
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

export const invoking: Scenario[] = [
  {
    kind: 'run',
    id: 'invoke-ckpt-on',
    recordings: ['36-invoke-ckpt-on', 'api/v2-trace-invoke-ckpt-on'],
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
    recordings: ['37-invoke-ckpt-off'],
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
    recordings: ['38-invoke-fail-ckpt-on'],
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
    recordings: ['39-invoke-fail-ckpt-off'],
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
        // 10 s after its call. The range is wide because in real time the call before may come late: the server notices a timeout
        // only at a tick of its queue.
        after: [5_000, 8_000],
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
