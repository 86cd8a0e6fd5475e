import { anIsoTime, anything, differs, including, satisfying } from '../expectations.js';
import type { AnswerExpectation, HttpScenario, Request } from '../scenario.js';
import { WHY } from './differences.js';
import { checkpointing } from './words.js';

export const get = (title: string, path: string, answer: AnswerExpectation) => ({
  title,
  request: { method: 'GET', path },
  answer,
});
function askedWithoutKey(title: string, request: Request) {
  return {
    title,
    request: { ...request, headers: { authorization: '' } },
    answer: { status: differs(200, 404, WHY.doors) },
  };
}
export const metadata = { fetchedAt: anIsoTime };

/** What a server shows of itself, its apps and their functions. */
export const server: HttpScenario[] = [
  {
    kind: 'http',
    id: 'server',
    recordings: ['api/health', 'api/v2-health'],
    title: 'what a server says of itself',
    exchanges: [
      get('health', '/health', { status: 200, body: { status: 200, message: 'OK' } }),
      get('health, v2', '/api/v2/health', { status: 200, body: { data: { status: 'ok' }, metadata } }),
    ],
  },
  {
    kind: 'http',
    id: 'server-in-development',
    recordings: ['api/dev'],
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
    id: 'doors',
    title: 'what no key guards',
    functions: [checkpointing('behind-no-door', async () => null)],
    exchanges: [
      askedWithoutKey('GraphQL', { method: 'POST', path: '/v0/gql', json: { query: '{ __typename }' } }),
      askedWithoutKey('an invocation', {
        method: 'POST',
        path: '/invoke/conformance-behind-no-door',
        json: { data: {} },
      }),
      askedWithoutKey('metrics', { method: 'GET', path: '/metrics' }),
    ],
  },
  {
    kind: 'http',
    id: 'apps',
    recordings: ['api/v2-apps', 'api/v2-functions', 'api/v2-app', 'api/v2-function', 'api/v1-app-functions'],
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
      get('all apps', '/api/v2/apps', {
        status: 200,
        body: {
          data: satisfying(
            'a list with the app',
            (list) => Array.isArray(list) && list.some(({ id }: { id?: string }) => id === 'conformance'),
          ),
          metadata,
          page: differs(including({ limit: 20 }), anything, WHY.pages),
        },
      }),
      get('the functions of an app', '/api/v2/apps/{app}/functions', {
        status: 200,
        body: {
          data: satisfying(
            'functions of the app',
            (list) =>
              Array.isArray(list) &&
              list.every(({ app, slug }) => app?.id === 'conformance' && typeof slug === 'string'),
          ),
          metadata,
          page: differs(including({ hasMore: true, limit: 20 }), anything, WHY.pages),
        },
      }),
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
];
