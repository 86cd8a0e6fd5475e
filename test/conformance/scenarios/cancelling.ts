import { aUlid, anIsoTime, differs, including, oneOf, satisfying, unseen } from '../expectations.js';
import type { Act, Body, Scenario, StatusesExpectation } from '../scenario.js';
import { WHY } from './differences.js';
import { endOf, listens } from './ends.js';
import { checkpointing, completed, namedAfterItsRun, ops, returns, sleeps, stepByStep } from './words.js';

const whileSleeping: StatusesExpectation = {
  v1EventRuns: differs('Completed', 'Running', WHY.status),
  v1Run: 'Running',
  v2EventRuns: 'RUNNING',
  v2Run: differs(oneOf('COMPLETED', 'RUNNING'), 'RUNNING', WHY.status),
  ended: false,
};
const afterCancelling: StatusesExpectation = {
  v1EventRuns: 'Cancelled',
  v1Run: 'Cancelled',
  v2EventRuns: 'CANCELLED',
  v2Run: 'CANCELLED',
  ended: true,
};

const lessThanTenSeconds = satisfying('less than 10 s', (ms) => Number(ms) < 10_000);
const tenSecondsOrMore = satisfying('10 s or more', (ms) => Number(ms) >= 10_000);

const longrun: Body = async ({ step }) => {
  await step.sleep('long', '60s');
  return 'not reached';
};
const cancelledRun = {
  status: 'CANCELLED',
  spans: [{ name: 'long', op: 'SLEEP', status: unseen('CANCELLED') }],
} as const;

const cancelV1: Act = {
  request: { method: 'DELETE', path: '/v1/runs/{run}' },
  answer: { status: 200, body: '' },
};

/** Cancels every run of the function that was queued until now. */
const cancelAll = (functionId: string): Act => ({
  request: {
    method: 'POST',
    path: '/v1/cancellations',
    json: {
      app_id: '{app}',
      function_id: functionId,
      started_after: '2020-01-01T00:00:00Z',
      started_before: '{now}',
    },
  },
  answer: {
    status: 200,
    body: {
      data: including({
        id: aUlid,
        function_id: `conformance-${functionId}`,
        kind: 'bulk_run',
        cause: 'API',
      }),
    },
  },
});

export const cancelling: Scenario[] = [
  {
    kind: 'run',
    id: 'longrun-cancel-v1',
    recordings: [
      'api/v1-run-running',
      'api/v1-event-runs-running',
      'api/v1-run-cancel',
      'api/v1-run-cancelled',
      'api/v1-event-runs-cancelled',
      'api/v1-run-cancel-again',
    ],
    title: 'a sleeping run goes on until it is cancelled; cancelling it again is no error',
    functions: [checkpointing('longrun', longrun)],
    send: {},
    acts: [
      { afterCalls: 1 },
      { statuses: whileSleeping },
      cancelV1,
      { statuses: afterCancelling },
      cancelV1,
      { statuses: afterCancelling },
    ],
    calls: [{ answer: ops(sleeps('long', '1m')) }],
    run: cancelledRun,
  },
  {
    kind: 'run',
    id: 'longrun-cancel-v2',
    recordings: ['api/v2-run-cancel', 'api/v2-run-cancelled'],
    title: 'the same through the v2 API',
    functions: [stepByStep('longrun-nock', longrun)],
    send: {},
    acts: [
      { afterCalls: 1 },
      {
        request: { method: 'POST', path: '/api/v2/runs/{run}/cancel', json: {} },
        answer: {
          status: 200,
          body: { data: { runId: aUlid }, metadata: { fetchedAt: anIsoTime } },
        },
      },
      { statuses: afterCancelling },
      {
        request: { method: 'GET', path: '/api/v2/events/{event}/runs' },
        answer: {
          status: 200,
          body: including({
            data: [including({ durationMs: differs(tenSecondsOrMore, lessThanTenSeconds, WHY.cancelledAt) })],
          }),
        },
      },
    ],
    calls: [{ answer: ops(sleeps('long', '1m')) }],
    run: cancelledRun,
  },
  {
    kind: 'run',
    id: 'function-cancelled',
    title: 'a run that is cancelled is announced as cancelled',
    functions: [
      stepByStep('is-cancelled', longrun),
      listens('hears-cancelled', 'inngest/function.cancelled', 'is-cancelled'),
    ],
    send: {},
    acts: [{ afterCalls: 1 }, cancelV1],
    calls: [
      { answer: ops(sleeps('long', '1m')) },
      {
        fn: 'hears-cancelled',
        version: -1,
        event: namedAfterItsRun(endOf('is-cancelled', 'inngest/function.cancelled', 'Cancelled', {})),
        answer: returns('heard'),
      },
    ],
    run: cancelledRun,
  },
  {
    kind: 'run',
    id: 'bulk-cancel',
    title: 'all runs of a function from a span of time are cancelled at once',
    // The real server does not find the function, and the run continues. `v1-cancellations` has both answers.
    onlyEmbedded: 'the real server finds no function to cancel the runs of',
    recordings: ['api/v1-run-after-bulk-cancel'],
    functions: [stepByStep('bulk-cancelled', longrun)],
    send: {},
    acts: [{ afterCalls: 1 }, { pass: 1_000 }, cancelAll('bulk-cancelled'), { statuses: afterCancelling }],
    calls: [{ answer: ops(sleeps('long', '1m')) }],
    run: cancelledRun,
  },
  {
    kind: 'run',
    id: 'cancel-on',
    title: 'an event that matches cancels a run, one that does not lets it be',
    notRecorded: true,
    functions: [
      stepByStep('cancel-on', longrun, {
        options: { cancelOn: [{ event: 'conformance/stop', if: 'async.data.k == event.data.k' }] },
      }),
    ],
    send: { data: { k: 1 } },
    acts: [
      { afterCalls: 1 },
      { send: { name: 'conformance/stop', data: { k: 2 } } },
      { pass: 1_000 },
      { statuses: whileSleeping },
      { send: { name: 'conformance/stop', data: { k: 1 } } },
    ],
    calls: [{ answer: ops(sleeps('long', '1m')) }],
    run: cancelledRun,
  },
  {
    kind: 'run',
    id: 'timeout-finish',
    title: 'a run that takes longer than it may is cancelled',
    notRecorded: true,
    functions: [stepByStep('timeout-finish', longrun, { options: { timeouts: { finish: '2s' } } })],
    send: {},
    acts: [{ afterCalls: 1 }, { pass: 3_000 }, { statuses: afterCancelling }],
    calls: [{ answer: ops(sleeps('long', '1m')) }],
    run: cancelledRun,
  },
  {
    kind: 'run',
    id: 'timeouts-of-0',
    title: 'a timeout counts only above 0',
    notRecorded: true,
    functions: [
      stepByStep(
        'timeouts-of-0',
        async ({ step }) => {
          await step.sleep('nap', '2s');
          return 'in time';
        },
        { options: { timeouts: { start: '0s', finish: '0s' } } },
      ),
    ],
    send: {},
    calls: [
      { answer: ops(sleeps('nap', '2s')) },
      { after: [2_000, 2_000], steps: { nap: null }, answer: returns('in time') },
    ],
    run: completed('in time', { spans: [{ name: 'nap', op: 'SLEEP', status: 'COMPLETED' }] }),
  },
  {
    kind: 'run',
    id: 'singleton-cancel',
    title: 'a single run gives way to the next one, where it is said to',
    notRecorded: true,
    functions: [
      stepByStep(
        'singleton-cancel',
        async (context, tools) => {
          const { isNext } = context.event.data as { isNext?: boolean };
          return isNext ? 'next' : longrun(context, tools);
        },
        { options: { singleton: { mode: 'cancel' } } },
      ),
    ],
    send: {},
    acts: [{ afterCalls: 1 }, { send: { name: 'singleton-cancel', data: { isNext: true } } }],
    calls: [
      { answer: ops(sleeps('long', '1m')) },
      {
        version: -1,
        after: [0, 5_000],
        event: including({ name: 'singleton-cancel', data: { isNext: true } }),
        answer: returns('next'),
      },
    ],
    run: cancelledRun,
  },
];
