import { randomUUID } from 'node:crypto';
import { aTimestamp, aUlid, anything, including, unseen } from '../expectations.js';
import type { Body, Scenario, SpanExpectation } from '../scenario.js';
import {
  checkpointing,
  completed,
  completedInCall,
  completes,
  ops,
  returns,
  stepByStep,
  waitsFor,
} from './words.js';

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

/** Unique to this play. Only one step can wait for a signal, and a server may still have a wait of an earlier play. */
const SIGNAL = `conformance/ready ${randomUUID()}`;
const received = { signal: SIGNAL, data: { n: 1 } };
const waitsForSignal: Body = async ({ step }) =>
  step.waitForSignal('ready', { signal: SIGNAL, timeout: '1m', onConflict: 'fail' });

export const waiting: Scenario[] = [
  {
    kind: 'run',
    id: 'wait-ckpt-on',
    recordings: ['40-wait-ckpt-on'],
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
    recordings: ['41-wait-ckpt-off', 'api/v2-trace-wait-ckpt-off'],
    title: 'the same, step by step',
    functions: [stepByStep('wait-nock', waits)],
    // Another number than in the scenario before. Its events must not end these waits when both scenarios are played at the same
    // time.
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
];
