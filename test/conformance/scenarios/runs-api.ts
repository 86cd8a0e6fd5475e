import { aUlid, anIsoTime, anything, differs, including, satisfying } from '../expectations.js';
import type { AnswerExpectation, HttpScenario } from '../scenario.js';
import { WHY } from './differences.js';
import { checkpointing, stepByStep } from './words.js';

/** Has the form of an id, and is none. */
const UNKNOWN = '01AN4Z07BY79KA1307SR9X4MV3';

const get = (title: string, path: string, answer: AnswerExpectation) => ({
  title,
  request: { method: 'GET', path },
  answer,
});
/** Errors of the v1 API: HTTP 200, and the status in the body. */
const v1Error = (status: number, error: string): AnswerExpectation => ({
  status: 200,
  body: { error, data: null, status },
});
const metadata = { fetchedAt: anIsoTime };
const limited = (limit: number): object => including({ limit });
const atMost = (length: number): unknown =>
  satisfying(`at most ${length}`, (list) => Array.isArray(list) && list.length <= length);

export const runsApi: HttpScenario[] = [
  {
    kind: 'http',
    id: 'v1-errors',
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
      {
        title: 'cancelling the runs of an unknown function',
        request: {
          method: 'POST',
          path: '/v1/cancellations',
          json: {
            app_id: '{app}',
            function_id: 'nope',
            started_after: '2020-01-01T00:00:00Z',
            started_before: '2020-01-02T00:00:00Z',
          },
        },
        answer: { status: 404, body: { error: 'function not found', data: null, status: 404 } },
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
    id: 'server',
    title: 'what a server says of itself',
    exchanges: [
      get('health', '/health', { status: 200, body: { status: 200, message: 'OK' } }),
      get('health, v2', '/api/v2/health', { status: 200, body: { data: { status: 'ok' }, metadata } }),
    ],
  },
  {
    kind: 'http',
    id: 'server-in-development',
    title: 'SDKs find a server in development by its /dev',
    withoutKeys: true,
    exchanges: [
      get('/dev', '/dev', {
        status: 200,
        headers: { 'x-inngest-server-kind': 'dev' },
        body: including({
          authed: false,
          functions: satisfying(
            'the functions of the app, with where they are called',
            (list) =>
              Array.isArray(list) &&
              list.some(
                ({ slug, steps }: { slug?: string; steps?: { uri?: string }[] }) =>
                  slug === 'conformance-described' &&
                  steps?.[0]?.uri?.includes('fnId=conformance-described&stepId=step'),
              ),
          ),
        }),
      }),
    ],
  },
  {
    kind: 'http',
    id: 'apps',
    title: 'what the APIs say of apps and their functions',
    functions: [
      checkpointing('described', async () => null, {
        options: {
          name: 'A function to look at',
          idempotency: 'event.data.taskId',
          throttle: { limit: 20, period: '60s' },
          concurrency: { limit: 10 },
          priority: { run: 'int(event.data.priority)' },
        },
      }),
    ],
    exchanges: [
      get('an app', '/api/v2/apps/{app}', {
        status: 200,
        body: {
          data: including({
            appVersion: '1.2.3',
            createdAt: anIsoTime,
            id: 'conformance',
            name: 'conformance',
            method: 'SERVE',
            latestSync: including({ framework: 'express', sdkLanguage: 'js', sdkVersion: 'v4.24.0' }),
          }),
          metadata,
        },
      }),
      get('a function', '/api/v2/apps/{app}/functions/described', {
        status: 200,
        body: {
          data: {
            app: { id: 'conformance' },
            id: 'described',
            name: 'A function to look at',
            slug: 'described',
            triggers: [{ type: 'EVENT', value: 'described' }],
            configuration: differs(
              {
                concurrency: [{ limit: { isPlanLimit: false, value: 10 }, scope: 'FUNCTION' }],
                priority: 'int(event.data.priority)',
                rateLimit: { key: 'event.data.taskId', limit: 1, period: '24h0m0s' },
                retries: { isDefault: false, value: 5 },
                throttle: { limit: 20, period: '1m0s' },
              },
              {
                concurrency: { limit: 10 },
                priority: { run: 'int(event.data.priority)' },
                idempotency: 'event.data.taskId',
                retries: { isDefault: false, value: 5 },
                throttle: { limit: 20, period: '60s' },
              },
              WHY.configuration,
            ),
          },
          metadata,
        },
      }),
      get('functions, v1', '/v1/apps/{app}/functions', {
        status: 200,
        body: satisfying(
          'the functions with their ids',
          (list) =>
            Array.isArray(list) &&
            list.some(
              ({ id, name }: { id?: string; name?: string }) => id === 'conformance-described' && !!name,
            ),
        ),
      }),
    ],
  },
  {
    kind: 'http',
    id: 'v2-commands',
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
