import { aUlid, anIsoTime, differs, including, matching } from '../expectations.js';
import type { Act, Body, Scenario } from '../scenario.js';
import { WHY } from './differences.js';
import { completed, ops, returns, sleeps, stepByStep } from './words.js';

/**
 * Requests the jobs of the scenario's run for the `time`-th time. The number is in the query, because the real server caches the
 * answer for 5 s.
 */
const jobs = (time: number, data: unknown): Act => ({
  request: { method: 'GET', path: `/v1/runs/{run}/jobs?_=${time}` },
  answer: { status: 200, body: { data, metadata: { fetched_at: anIsoTime, cached_until: anIsoTime } } },
});
const sleepJob = { JobID: matching(/./), at: anIsoTime, position: 0, kind: 'sleep', attempt: 0 };

const naps: Body = async ({ step }) => {
  await step.sleep('nap', '5s');
  return 'rested';
};

/** What the APIs show of the runs of one function. */
export const queries: Scenario[] = [
  {
    kind: 'run',
    id: 'run-jobs',
    title: 'what is due for a run: the end of its sleep, and nothing when it has ended',
    recordings: ['api/v1-run-jobs-sleeping', 'api/v1-run-jobs'],
    functions: [stepByStep('run-jobs', naps)],
    send: {},
    acts: [
      { afterCalls: 1 },
      jobs(1, [differs({ ...sleepJob, Raw: including({ genID: 1 }) }, sleepJob, WHY.job)]),
      { afterCalls: 2 },
      jobs(2, []),
    ],
    calls: [
      { answer: ops(sleeps('nap', '5s')) },
      { after: [5_000, 5_000], steps: { nap: null }, answer: returns('rested') },
    ],
    run: completed('rested', { spans: [{ name: 'nap', op: 'SLEEP', status: 'COMPLETED' }] }),
  },
  {
    kind: 'run',
    id: 'function-runs',
    title: 'the runs of one function; cancelling one that has ended changes nothing, and is 409 in v2',
    recordings: ['api/v2-fn-runs', 'api/v1-run-cancel-finished'],
    functions: [stepByStep('function-runs', async () => 'listed')],
    send: {},
    acts: [
      { afterCalls: 1 },
      { request: { method: 'DELETE', path: '/v1/runs/{run}' }, answer: { status: 200, body: '' } },
      {
        request: { method: 'POST', path: '/api/v2/runs/{run}/cancel', json: {} },
        answer: { status: 409, body: including({ errors: [including({ code: 'run_already_ended' })] }) },
      },
      {
        request: { method: 'GET', path: '/api/v2/apps/{app}/functions/function-runs/runs?limit=1' },
        answer: {
          status: 200,
          body: including({
            data: [
              including({
                app: { id: 'conformance' },
                durationMs: matching(/^\d+$/),
                endedAt: anIsoTime,
                function: { id: 'function-runs', name: 'function-runs' },
                id: aUlid,
                queuedAt: anIsoTime,
                startedAt: anIsoTime,
                status: 'COMPLETED',
                trigger: including({ eventIds: [aUlid] }),
              }),
            ],
            metadata: { fetchedAt: anIsoTime },
            page: including({ limit: 1 }),
          }),
        },
      },
    ],
    calls: [{ answer: returns('listed') }],
    run: completed('listed'),
  },
  {
    kind: 'http',
    id: 'v1-cancellations',
    title: 'cancelling the runs of a function by its id, and the list of what was cancelled so',
    recordings: ['api/v1-cancellations-create', 'api/v1-cancellations-list'],
    functions: [stepByStep('has-no-runs', async () => 'not reached')],
    exchanges: [
      {
        title: 'of a function that there is',
        request: cancellationOf('has-no-runs'),
        answer: {
          status: differs(404, 200, WHY.cancellations),
          body: differs(
            { error: 'function not found', data: null, status: 404 },
            { data: including({ id: aUlid, function_id: 'conformance-has-no-runs' }) },
            WHY.cancellations,
          ),
        },
      },
      {
        title: 'of one that there is not',
        request: cancellationOf('nope'),
        answer: { status: 404, body: { error: 'function not found', data: null, status: 404 } },
      },
      {
        title: 'the list',
        request: { method: 'GET', path: '/v1/cancellations' },
        answer: { status: differs(500, 200, WHY.cancellations) },
      },
    ],
  },
  {
    kind: 'http',
    id: 'realtime',
    title: 'a token to subscribe with, a message that nobody listens to, a subscription without a token',
    recordings: ['api/realtime-token', 'api/realtime-publish', 'api/realtime-connect-noauth'],
    exchanges: [
      {
        title: 'a token',
        request: {
          method: 'POST',
          path: '/v1/realtime/token',
          json: [{ channel: '{nonce}', name: 'progress', kind: 'run' }],
        },
        answer: { status: 201, body: { jwt: matching(/^[\w-]+\.[\w-]+\.[\w-]+$/) } },
      },
      {
        title: 'a message',
        request: {
          method: 'POST',
          path: '/v1/realtime/publish?channel={nonce}&topic=progress',
          json: { pct: 5 },
        },
        answer: { status: 200, body: '' },
      },
      {
        title: 'a subscription',
        request: { method: 'GET', path: '/v1/realtime/connect' },
        answer: { status: 401, body: { error: 'Not authenticated', data: null, status: 401 } },
      },
    ],
  },
  {
    kind: 'http',
    id: 'connect-start',
    title: 'an app that wants to be connected instead of called',
    recordings: ['api/connect-start'],
    exchanges: [
      {
        title: 'where to',
        request: { method: 'POST', path: '/v0/connect/start' },
        answer: { status: 200, headers: { 'content-type': 'application/octet-stream' } },
      },
    ],
  },
];

/** A cancellation of old runs only: it cancels nothing. */
function cancellationOf(functionId: string) {
  return {
    method: 'POST',
    path: '/v1/cancellations',
    json: {
      app_id: '{app}',
      function_id: functionId,
      started_after: '2020-01-01T00:00:00Z',
      started_before: '2020-01-02T00:00:00Z',
    },
  };
}
