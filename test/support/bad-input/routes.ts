import type { INestApplication } from '@nestjs/common';
import { callBody } from '../../../src/inngest/testing/call.js';

/** What exists on the servers under test, so that requests can name it. */
export interface Known {
  /** The ids and names of runs, events, apps, functions and cancellations. */
  ids: readonly string[];
  /** A valid value for each path parameter. */
  parameters: Record<string, string>;
  /** The calls in progress. */
  calls: readonly { runId: string; qiId: string; generation: number }[];
  /** The URL from which an app registers. */
  appUrl: string;
}

/** A route and a valid request to it. The tests derive bad requests from the valid one. */
export interface Route {
  /** The method and the path, as in the router. `ANY` stands for every method. */
  route: string;
  body?: unknown;
  /** What the route accepts as a body. By default: JSON with a JSON content type. */
  takes?: 'JSON under any type' | 'any text';
  query?: readonly string[];
  /** The query string of the valid request. */
  search?: string;
  headers?: readonly string[];
  /** A status outside 4xx with which the route refuses requests, and why this status is right. */
  refusal?: { status: number; because: string };
}

const LISTING = ['limit', 'cursor', 'ids', 'from', 'until', 'search'];
const RUNS = [
  ...LISTING,
  'includeOutput',
  'status',
  'timeField',
  'order',
  'isDeferred',
  'event',
  'sort',
  'includeTotal',
];
const UNSUPPORTED = {
  status: 501,
  because: 'the real server can do it, and this one says by name that it cannot',
};

/** All routes of the embedded server. */
export function embeddedRoutes({ calls, appUrl }: Known): Route[] {
  const [call] = calls;
  return [
    // This route comes first, while the calls are still in progress.
    {
      route: 'POST /v1/checkpoint/:runId/async',
      body: {
        run_id: call?.runId,
        qi_id: call?.qiId,
        generation_id: call?.generation,
        steps: [
          { op: 'StepRun', id: 'a', displayName: 'a', data: { a: 1 }, timing: { a: 1e18, b: 1e6 } },
          { op: 'StepError', id: 'b', error: { name: 'Error', message: 'b', stack: 'b' } },
          { op: 'Sleep', id: 'c', name: '1h', opts: {} },
          { op: 'WaitForEvent', id: 'd', name: 'x', opts: { timeout: '1h', if: 'async.data.a == 1' } },
          { op: 'WaitForSignal', id: 'e', opts: { signal: 's', timeout: '1h' } },
          {
            op: 'InvokeFunction',
            id: 'f',
            opts: { function_id: 'app-fn', payload: { data: { a: 1 } }, timeout: '1h' },
          },
          { op: 'DeferAdd', id: 'g', opts: { fn_slug: 'app-fn', input: { a: 1 } } },
        ],
      },
    },
    { route: 'GET /health' },
    { route: 'GET /dev' },
    { route: 'GET /e' },
    {
      route: 'POST /e/:key',
      body: [
        {
          name: 'go',
          data: { a: 1 },
          id: 'x',
          ts: 1_700_000_000_000,
          user: {},
          meta: { sessions: { a: 'b' } },
        },
      ],
      takes: 'JSON under any type',
      headers: ['x-inngest-event-id-seed'],
    },
    { route: 'ANY /e/:key' },
    { route: 'POST /fn/register', body: registration(appUrl) },
    { route: 'PUT /fn/register', body: registration(appUrl) },
    { route: 'POST /v0/connect/start', takes: 'any text' },
    { route: 'POST /v0/connect/flush', takes: 'any text' },
    { route: 'GET /v0/runs/:runId/actions' },
    { route: 'GET /v0/runs/:runId/batch' },
    { route: 'POST /v1/realtime/token', body: [{ kind: 'run', channel: 'c', name: 't' }] },
    {
      route: 'POST /v1/realtime/publish',
      body: { a: 1 },
      takes: 'any text',
      query: ['channel', 'topic', 'run_id'],
      search: '?channel=c&topic=t',
    },
    { route: 'GET /v1/realtime/connect' },
    { route: 'ANY /v1/checkpoint', refusal: UNSUPPORTED },
    { route: 'ANY /v1/checkpoint/:runId/steps', refusal: UNSUPPORTED },
    { route: 'ANY /v1/http/runs/:runId/output', refusal: UNSUPPORTED },
    { route: 'ANY /v1/realtime/publish/tee', refusal: UNSUPPORTED },
    { route: 'ANY /v1/realtime/sse', refusal: UNSUPPORTED },
    { route: 'ANY /v1/runs/:runId/metadata', refusal: UNSUPPORTED },
    { route: 'ANY /v1/traces/userland', refusal: UNSUPPORTED },
    { route: 'GET /v1/events', query: ['name', 'limit', 'cursor', 'received_after', 'received_before'] },
    { route: 'GET /v1/events/:id' },
    { route: 'GET /v1/events/:id/runs' },
    { route: 'GET /v1/runs/:id' },
    { route: 'GET /v1/runs/:id/jobs' },
    { route: 'DELETE /v1/runs/:id' },
    { route: 'GET /v1/apps/:app/functions' },
    { route: 'POST /v1/signals', body: { signal: 's', data: { a: 1 } } },
    {
      route: 'POST /v1/cancellations',
      body: {
        app_id: 'app',
        function_id: 'fn',
        started_after: '2020-01-01T00:00:00Z',
        started_before: '2020-01-02T00:00:00Z',
        if: 'event.data.a == 1',
      },
    },
    { route: 'GET /v1/cancellations' },
    { route: 'DELETE /v1/cancellations/:id' },
    { route: 'GET /api/v2/health' },
    { route: 'GET /api/v2/jobs' },
    { route: 'GET /api/v2/jobs/:id' },
    { route: 'DELETE /api/v2/jobs/:id' },
    {
      route: 'POST /api/v2/runs/bulk',
      body: { action: 'cancel', filter: { status: ['QUEUED'], search: 'a' }, dryRun: true },
    },
    { route: 'POST /api/v2/events', body: { name: 'go', data: { a: 1 }, ts: 1_700_000_000_000 } },
    { route: 'GET /api/v2/events', query: [...LISTING, 'name', 'includeInternal'] },
    { route: 'GET /api/v2/events/:id' },
    { route: 'GET /api/v2/events/:id/runs', query: ['includeOutput', 'limit', 'cursor'] },
    {
      route: 'GET /api/v2/runs',
      query: [...RUNS, 'function', 'appId', 'functionId'],
    },
    {
      route: 'GET /api/v2/runs/export',
      query: [
        ...RUNS.filter((name) => !['limit', 'cursor', 'includeOutput', 'includeTotal'].includes(name)),
        'function',
        'appId',
        'functionId',
      ],
    },
    { route: 'GET /api/v2/runs/:id/export' },
    { route: 'GET /api/v2/runs/:id/fixture' },
    { route: 'GET /api/v2/runs/:id', query: ['includeOutput'] },
    { route: 'GET /api/v2/runs/:id/trace', query: ['includeOutput'] },
    { route: 'POST /api/v2/runs/:id/cancel' },
    { route: 'POST /api/v2/runs/:id/rerun', body: { fromStep: { stepId: 'a', input: [1] } } },
    { route: 'GET /api/v2/apps', query: ['limit', 'cursor', 'archived'] },
    { route: 'GET /api/v2/apps/:app' },
    { route: 'GET /api/v2/apps/:app/functions', query: ['limit', 'cursor'] },
    { route: 'GET /api/v2/apps/:app/functions/:fn' },
    { route: 'GET /api/v2/apps/:app/functions/:fn/runs', query: RUNS },
    { route: 'POST /api/v2/apps/:app/functions/:fn/invoke', body: { data: { a: 1 }, idempotencyKey: 'a' } },
    {
      route: 'POST /api/v2/apps/:app/functions/:fn/pause',
      body: { newRuns: 'skip', underWay: 'wait' },
    },
    { route: 'POST /api/v2/apps/:app/functions/:fn/resume' },
    { route: 'GET /api/v2/apps/:app/functions/:fn/skipped', query: ['limit', 'cursor'] },
    { route: 'GET /api/v2/activity', query: ['seconds'] },
    { route: 'GET /api/v2/changes' },
    { route: 'GET /api/v2/clock' },
    { route: 'POST /api/v2/clock/advance', body: { by: 1 } },
    {
      route: 'POST /mcp',
      body: {
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'why_is_it_waiting', arguments: { runId: 'x', eventId: 'y' } },
      },
      headers: ['mcp-protocol-version'],
    },
    { route: 'ANY /mcp' },
    { route: 'GET /' },
    { route: 'GET /run', query: ['runID'] },
    { route: 'GET /dashboard/:version/*path' },
    { route: 'POST /dashboard/session', body: { secret: 'a password' } },
    { route: 'DELETE /dashboard/session' },
  ];
}

/** All routes of the worker. */
export const workerRoutes: Route[] = [
  {
    route: 'ANY /api/inngest',
    body: callBody({ fnId: 'none' }),
    query: ['fnId', 'stepId'],
    search: '?fnId=none&stepId=step',
    refusal: {
      status: 500,
      because: 'of what has the shape of a call the SDK says itself what is wrong, and Inngest expects it so',
    },
  },
  // Entries in the route table only: the `ANY` route above handles these requests.
  { route: 'GET /api/inngest' },
  { route: 'POST /api/inngest', refusal: { status: 500, because: 'as above' } },
  { route: 'PUT /api/inngest' },
  {
    route: 'POST /demo-tasks',
    body: {
      taskId: 'x',
      simulateFailure: false,
      failAtStep: 'step-2-process',
      delayMs: 1,
      priority: 1,
      force: true,
    },
  },
  { route: 'GET /demo-tasks', query: ['status', 'limit', 'cursor'] },
  { route: 'GET /demo-tasks/:eventId' },
  { route: 'POST /demo-tasks/:eventId/cancel' },
  { route: 'POST /demo-tasks/:eventId/replay' },
  {
    route: 'POST /graphql',
    body: { query: 'query q { __typename }', operationName: 'q', variables: {}, extensions: {} },
  },
  { route: 'GET /graphql' },
  { route: 'GET /demo-tasks/:eventId/progress', headers: ['last-event-id'] },
  { route: 'GET /health' },
  { route: 'GET /health/live' },
  { route: 'GET /health/startup' },
  { route: 'GET /health/ready' },
  { route: 'GET /metrics' },
  { route: 'GET /docs' },
  { route: 'GET /docs/' },
  { route: 'GET /docs/index.html' },
  { route: 'GET /docs/LICENSE' },
  { route: 'GET /docs/openapi.json' },
  { route: 'GET /docs/swagger-ui-init.js' },
  { route: 'GET /docs/docs/swagger-ui-init.js' },
  { route: 'GET /docs-yaml' },
];

/** The routes in an application's router. */
export function routesOf(app: INestApplication): string[] {
  const express = app.getHttpAdapter().getInstance() as {
    router: { stack: { route?: { path: string; methods: Record<string, boolean> } }[] };
  };
  return express.router.stack.flatMap(({ route }) => {
    if (!route) return [];
    const methods = Object.keys(route.methods);
    return (methods.length > 5 ? ['any'] : methods).map((method) => `${method.toUpperCase()} ${route.path}`);
  });
}

function registration(url: string): object {
  const runtime = { type: 'http', url: `${url}?fnId=app-fn&stepId=step` };
  const step = { id: 'step', name: 'step', runtime, retries: { attempts: 3 } };
  return {
    appName: 'app',
    url,
    sdk: 'js:v4.24.0',
    framework: 'nestjs',
    functions: [
      {
        id: 'app-fn',
        name: 'fn',
        triggers: [{ event: 'go', expression: 'event.data.a == 1' }],
        steps: { step },
        concurrency: [{ limit: 100, key: 'event.data.a' }],
        throttle: { limit: 100, period: '1m', burst: 1, key: 'event.data.a' },
        priority: { run: 'event.data.a' },
        cancel: [{ event: 'stop', timeout: '1h', if: 'async.data.a == event.data.a' }],
        timeouts: { start: '1h', finish: '1h' },
        idempotency: 'event.data.key',
      },
    ],
  };
}
