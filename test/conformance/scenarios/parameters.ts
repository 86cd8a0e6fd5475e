import { referenceFunction } from 'inngest';
import { anything, aUlid, differs, including, matching, satisfying, unseen } from '../expectations.js';
import type { AnswerExpectation, Request, Scenario } from '../scenario.js';
import { WHY } from './differences.js';
import { get, metadata } from './server.js';
import { completed, failed, invokes, ops, returns, stepByStep, thrown } from './words.js';

const refused: AnswerExpectation = { status: 400, body: including({ errors: anything }) };
const listed: AnswerExpectation = { status: 200, body: including({ metadata }) };
const refusedHere: AnswerExpectation = { status: differs(200, 400, WHY.unknown) };

const invoke = (json: object): Request => ({
  method: 'POST',
  path: '/api/v2/apps/{app}/functions/invoked-once/invoke',
  json,
});
const FAILED = including(thrown('Error', 'broken') as Record<string, unknown>);

const NOWHERE = referenceFunction({ appId: 'nobody', functionId: 'nowhere' });
const notFound = matching(/could not find function/);

const span = (from: string, until: string): string => `from=${from}T00:00:00Z&until=${until}T00:00:00Z`;

/** What requests to the v2 API may contain. Measured on Inngest 1.43, or read from its source. */
export const parameters: Scenario[] = [
  {
    kind: 'http',
    id: 'v2-parameters',
    title: 'lists of runs are narrowed and sorted by the moment that is named, in either case and spelling',
    exchanges: [
      get('by when they ended', '/api/v2/runs?limit=1&timeField=endedAt&order=asc', listed),
      get('in capitals', '/api/v2/runs?limit=1&timeField=ENDED_AT&order=ASC', listed),
      get('in snake case', '/api/v2/runs?limit=1&time_field=started_at&include_output=true', listed),
      get('of an app', '/api/v2/runs?limit=1&appId={app}', listed),
      get('of functions of an app', '/api/v2/runs?limit=1&appId={app}&functionId=a&functionId=b', listed),
      get('of a function of no app', '/api/v2/runs?functionId=a', refused),
      get('by no such moment', '/api/v2/runs?timeField=createdAt', refused),
      get('in no such order', '/api/v2/runs?order=up', refused),
      get(
        'of a span that ends before it begins',
        `/api/v2/runs?${span('2024-01-02', '2024-01-01')}`,
        refused,
      ),
      get('by what is not known', '/api/v2/runs?limit=1&state=FAILED', refusedHere),
    ],
  },
  {
    kind: 'http',
    id: 'invocation-once',
    title: 'an invocation that is repeated with its idempotency key is 409, with the run of the first',
    functions: [stepByStep('invoked-once', async () => 'once', { triggers: [] })],
    exchanges: [
      {
        title: 'the first',
        request: invoke({ data: {}, idempotencyKey: '{nonce}' }),
        answer: { status: 200, body: { data: { runId: aUlid }, metadata } },
      },
      {
        title: 'the same again',
        request: invoke({ data: {}, idempotencyKey: '{nonce}' }),
        answer: { status: 409, body: { data: { runId: aUlid }, metadata } },
      },
    ],
  },
  {
    kind: 'http',
    id: 'events-over-5000',
    title: 'of a request with more than 5,000 events the first 5,000 are taken',
    exchanges: [
      {
        title: '5,001 events',
        request: {
          method: 'POST',
          path: '/e/{key}',
          raw: () => JSON.stringify(Array.from({ length: 5_001 }, () => ({ name: 'conformance/other' }))),
        },
        answer: {
          status: 400,
          body: including({
            error: 'Cannot have more than 5000 events in a batch',
            ids: satisfying('5,000 ids', (ids) => Array.isArray(ids) && ids.length === 5_000),
          }),
        },
      },
    ],
  },
  {
    kind: 'run',
    id: 'failed-in-lists',
    title: 'lists show the error of a failed run as {error}, the run itself shows it bare',
    functions: [
      stepByStep(
        'failed-in-lists',
        async () => {
          throw new Error('broken');
        },
        { options: { retries: 0 } },
      ),
    ],
    send: {},
    acts: [
      { afterCalls: 1 },
      {
        request: {
          method: 'GET',
          path: '/api/v2/apps/{app}/functions/failed-in-lists/runs?limit=1&includeOutput=true',
        },
        answer: { status: 200, body: including({ data: [including({ output: { error: FAILED } })] }) },
      },
      {
        request: {
          method: 'GET',
          path: '/api/v2/runs?appId={app}&functionId=failed-in-lists&limit=1&includeOutput=true',
        },
        answer: { status: 200, body: including({ data: [including({ output: { error: FAILED } })] }) },
      },
      {
        request: { method: 'GET', path: '/api/v2/runs/{run}?includeOutput=true' },
        answer: { status: 200, body: including({ data: including({ output: FAILED }) }) },
      },
      {
        request: { method: 'GET', path: '/api/v2/runs/{run}/trace?includeOutput=true' },
        answer: {
          status: 200,
          body: including({ data: including({ rootSpan: including({ output: FAILED }) }) }),
        },
      },
      {
        request: { method: 'POST', path: '/api/v2/runs/{run}/rerun', json: { fromStep: { stepId: 'none' } } },
        answer: refused,
      },
    ],
    calls: [{ maxAttempts: 1, answer: anything }],
    run: failed(FAILED),
  },
  {
    kind: 'run',
    id: 'invoke-unknown',
    title: 'a function that is not there cannot be invoked: the message says that it could not be found',
    functions: [
      stepByStep('invoke-unknown', async ({ step }) => {
        try {
          return await step.invoke('call', { function: NOWHERE, data: {} });
        } catch (error) {
          return { message: (error as Error).message };
        }
      }),
    ],
    send: {},
    calls: [
      { answer: ops(invokes('call', { payload: { data: {} }, function_id: 'nobody-nowhere' })) },
      {
        steps: { call: including({ error: including({ message: notFound }) }) },
        stack: ['call'],
        current: unseen(1),
        answer: returns({ message: notFound }),
      },
    ],
    run: completed(
      { message: notFound },
      {
        spans: [{ name: 'call', op: 'INVOKE', status: 'FAILED', output: anything }],
      },
    ),
  },
];
