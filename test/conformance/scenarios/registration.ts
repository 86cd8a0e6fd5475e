import { aUuid, including, matching, satisfying } from '../expectations.js';
import type { HttpScenario, Request } from '../scenario.js';
import { checkpointing } from './words.js';

/** The registration that an SDK sends for an app with one function. */
export function registration(config: object, more: object = {}): Request {
  return {
    method: 'POST',
    path: '/fn/register',
    json: {
      url: 'http://127.0.0.1:9/api/inngest',
      deployType: 'ping',
      framework: 'express',
      appName: 'conformance-registered',
      functions: [
        {
          id: 'conformance-registered-fn',
          name: 'fn',
          triggers: [{ event: 'conformance/never' }],
          steps: {
            step: {
              id: 'step',
              name: 'step',
              runtime: {
                type: 'http',
                url: 'http://127.0.0.1:9/api/inngest?fnId=conformance-registered-fn&stepId=step',
              },
              retries: { attempts: 5 },
            },
          },
          ...config,
        },
      ],
      sdk: 'js:v4.24.0',
      v: '0.1',
      ...more,
    },
  };
}

const accepted = (modified: unknown): object => ({ ok: true, modified, sync_id: aUuid, app_id: aUuid });
export const aBoolean = satisfying('true or false', (value) => typeof value === 'boolean');
const invalid = {
  status: 400,
  body: including({ error: matching(/At least one function is invalid/), status: 400 }),
};

const toApp = (method: string, path: string, more: Partial<Request> = {}): Request => ({
  method,
  path,
  to: 'app',
  ...more,
});

export const registrations: HttpScenario[] = [
  {
    kind: 'http',
    id: 'register',
    recordings: ['api/fn-register-bad'],
    title: 'an app registers its functions; what is wrong with them is said at once',
    exchanges: [
      {
        title: 'for the first time, or changed',
        request: registration({}, { appVersion: '{nonce}' }),
        answer: { status: 200, body: accepted(true) },
      },
      {
        title: 'unchanged',
        request: registration({}, { appVersion: '{nonce}' }),
        answer: { status: 200, body: accepted(false) },
      },
      {
        title: 'without a name',
        request: { method: 'POST', path: '/fn/register', json: {} },
        answer: { status: 400, body: { error: 'App ID required', data: null, status: 400 } },
      },
      {
        title: 'with an expression that CEL does not have',
        request: registration({ idempotency: 'event.data.a ?? event.data.b' }),
        answer: invalid,
      },
    ],
  },
  {
    kind: 'http',
    id: 'register-times',
    title: 'a batch may wait for 10 minutes, and a second at least; timeouts may be 0, which is none',
    notRecorded: true,
    exchanges: [
      {
        title: 'a batch of 10 minutes',
        request: registration({ batchEvents: { maxSize: 2, timeout: '10m' } }, { appVersion: '{nonce} 10m' }),
        answer: { status: 200, body: accepted(true) },
      },
      {
        title: 'a batch of less than a second',
        request: registration({ batchEvents: { maxSize: 2, timeout: '900ms' } }),
        answer: invalid,
      },
      {
        title: 'timeouts of 0',
        request: registration({ timeouts: { start: '0s', finish: '0s' } }, { appVersion: '{nonce} 0s' }),
        answer: { status: 200, body: accepted(true) },
      },
    ],
  },
  {
    kind: 'http',
    id: 'sync-client-put-out-of-band',
    recordings: ['02-sync-client-put-out-of-band'],
    title: 'a PUT makes the app register itself',
    exchanges: [
      {
        title: 'without a body',
        request: toApp('PUT', '/api/inngest'),
        answer: { status: 200, body: { message: 'Successfully registered', modified: aBoolean } },
      },
      {
        title: 'as the server asks',
        request: toApp('PUT', '/api/inngest', { json: { url: '{appUrl}' } }),
        answer: { status: 200, body: { message: 'Successfully registered', modified: aBoolean } },
      },
    ],
  },
  {
    kind: 'http',
    id: 'sync-in-band-put',
    recordings: ['03-sync-in-band-put'],
    title: 'asked for it in-band, the app answers with its functions',
    withoutKeys: true,
    exchanges: [
      {
        title: 'in-band',
        request: toApp('PUT', '/api/inngest', {
          headers: { 'x-inngest-sync-kind': 'in_band' },
          json: { url: '{appUrl}' },
        }),
        answer: {
          status: 200,
          body: including({
            app_id: 'conformance',
            appVersion: '1.2.3',
            env: null,
            framework: 'express',
            functions: satisfying('a list of functions', (list) => Array.isArray(list) && list.length > 40),
          }),
        },
      },
    ],
  },
  {
    kind: 'http',
    id: 'introspection-get',
    recordings: ['04-introspection-get'],
    title: 'what the app itself answers',
    withoutKeys: true,
    functions: [checkpointing('asked', async () => 'not reached')],
    exchanges: [
      {
        title: 'what it is',
        request: toApp('GET', '/api/inngest'),
        answer: {
          status: 200,
          body: including({
            has_event_key: true,
            has_signing_key: false,
            mode: 'dev',
            schema_version: '2024-05-24',
          }),
        },
      },
      {
        title: 'a method that it does not know',
        request: toApp('DELETE', '/api/inngest'),
        answer: { status: 405, body: { message: 'Method not allowed' } },
      },
      {
        title: 'a call of a function that it does not have',
        request: toApp('POST', '/api/inngest?fnId=conformance-nope&stepId=step', {
          json: { event: { name: 'x', data: {} }, steps: {}, ctx: { run_id: 'r', attempt: 0 } },
        }),
        answer: {
          status: 500,
          body: including({
            type: 'internal',
            message: 'Function "conformance-nope" was not found in this app; is the app synced correctly?',
          }),
        },
      },
      {
        title: 'a call that is none',
        request: toApp('POST', '/api/inngest?fnId=conformance-asked&stepId=step', { json: { hello: 1 } }),
        answer: {
          status: 500,
          body: including({ message: matching(/^Failed to parse data from executor/) }),
        },
      },
      {
        title: 'a probe',
        request: toApp('POST', '/api/inngest?fnId=conformance-asked&stepId=step&probe=trust', {
          json: { hello: 1 },
        }),
        answer: { status: 200 },
      },
    ],
  },
];
