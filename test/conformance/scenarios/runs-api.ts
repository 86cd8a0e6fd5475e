import { aUlid, anything, differs, including, satisfying } from '../expectations.js';
import type { AnswerExpectation, HttpScenario } from '../scenario.js';
import { WHY } from './differences.js';
import { get, metadata } from './server.js';
import { stepByStep } from './words.js';

/** A well-formed id that nothing has. */
const UNKNOWN = '01AN4Z07BY79KA1307SR9X4MV3';

/** An error of the v1 API: it has HTTP status 200 and carries the error's status in the body. */
const v1Error = (status: number, error: string): AnswerExpectation => ({
  status: 200,
  body: { error, data: null, status },
});
const limited = (limit: number): object => including({ limit });
const atMost = (length: number): unknown =>
  satisfying(`at most ${length}`, (list) => Array.isArray(list) && list.length <= length);

export const runsApi: HttpScenario[] = [
  {
    kind: 'http',
    id: 'v1-errors',
    recordings: [
      'api/v1-event-unknown',
      'api/v1-event-badid',
      'api/v1-event-unknown-runs',
      'api/v1-event-badid-runs',
      'api/v1-run-unknown',
      'api/v1-run-badid',
      'api/v1-run-cancel-unknown',
      'api/signals',
      'api/v1-runs-list',
      'api/v1-functions',
      'api/unknown-v1',
      'api/v1-events-list',
    ],
    title: 'the v1 API answers 200 with its errors in the body',
    exchanges: [
      get('an unknown event', `/v1/events/${UNKNOWN}`, v1Error(404, 'Event not found')),
      get('what is no event id', '/v1/events/nope', v1Error(400, 'Invalid event ID: nope')),
      get('runs of an unknown event', `/v1/events/${UNKNOWN}/runs`, {
        status: 200,
        headers: { 'cache-control': differs('private, max-age=15', anything, WHY.fresh) },
        body: including({ data: [] }),
      }),
      get('runs of what is no event id', '/v1/events/nope/runs', v1Error(400, 'Invalid event ID: nope')),
      get('an unknown run', `/v1/runs/${UNKNOWN}`, v1Error(500, `Unable to load function run: ${UNKNOWN}`)),
      get('what is no run id', '/v1/runs/nope', v1Error(400, 'Invalid run ID: nope')),
      {
        title: 'cancelling an unknown run',
        request: { method: 'DELETE', path: `/v1/runs/${UNKNOWN}` },
        answer: {
          status: 404,
          body: { error: `Unable to load function run: ${UNKNOWN}`, data: null, status: 404 },
        },
      },
      {
        title: 'a signal that nobody waits for',
        request: { method: 'POST', path: '/v1/signals', json: { signal: '{nonce}', data: {} } },
        answer: { status: 404, body: { error: 'No signal found', data: null, status: 404 } },
      },
      get('there is no list of runs', '/v1/runs', { status: 404 }),
      get('nor of functions', '/v1/functions', { status: 404 }),
      get('nor anything else', '/v1/nothing', { status: 404 }),
      get('a list of events', '/v1/events?limit=3', {
        status: 200,
        body: including({ data: atMost(3) }),
      }),
    ],
  },
  {
    kind: 'http',
    id: 'v2-errors',
    recordings: ['api/v2-run-unknown', 'api/v2-runs', 'api/v2-runs-filter'],
    title: 'the v2 API answers with the status that it means',
    exchanges: [
      get('an unknown run', `/api/v2/runs/${UNKNOWN}`, {
        status: 404,
        body: { errors: [{ code: 'not_found', message: 'Run not found' }] },
      }),
      get('runs of an unknown event: no data at all', `/api/v2/events/${UNKNOWN}/runs`, {
        status: 200,
        body: { metadata, page: { limit: 20 } },
      }),
      get('what is no event id', '/api/v2/events/nope/runs', { status: 400 }),
      get('a list of runs', '/api/v2/runs?limit=3', {
        status: 200,
        body: including({ metadata, page: limited(3) }),
      }),
      get('failed runs only', '/api/v2/runs?limit=2&status=FAILED', {
        status: 200,
        body: including({
          data: satisfying(
            'failed runs only',
            (runs) =>
              runs === undefined || (runs as { status: string }[]).every(({ status }) => status === 'FAILED'),
          ),
          page: limited(2),
        }),
      }),
    ],
  },
  {
    kind: 'http',
    id: 'v2-commands',
    recordings: ['api/v2-send-events', 'api/v2-invoke'],
    title: 'events and invocations through the v2 API; one that flow control refuses is 422',
    functions: [
      stepByStep('invoked-by-api', async ({ event }) => event.data, {
        options: { idempotency: 'event.data.taskId' },
        triggers: [],
      }),
    ],
    exchanges: [
      {
        title: 'an event',
        request: {
          method: 'POST',
          path: '/api/v2/events',
          json: { name: 'conformance/other', data: { v2: 1 } },
        },
        answer: { status: 200, body: { data: { eventId: aUlid }, metadata } },
      },
      {
        title: 'an invocation',
        request: {
          method: 'POST',
          path: '/api/v2/apps/{app}/functions/invoked-by-api/invoke',
          json: { data: { taskId: '{nonce}' } },
        },
        answer: { status: 200, body: { data: { runId: aUlid }, metadata } },
      },
      {
        title: 'the same invocation again',
        request: {
          method: 'POST',
          path: '/api/v2/apps/{app}/functions/invoked-by-api/invoke',
          json: { data: { taskId: '{nonce}' } },
        },
        answer: { status: 422, body: { errors: [including({ code: 'rate_limited' })] } },
      },
    ],
  },
];
