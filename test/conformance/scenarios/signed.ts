import { aUuid, differs, including } from '../expectations.js';
import type { AnswerExpectation, HttpScenario, Request, RunScenario, SyncScenario } from '../scenario.js';
import { WHY } from './differences.js';
import { aBoolean, registration } from './registration.js';
import { checkpointing, completedInCall, completes, ops, ran, stepByStep } from './words.js';

/** A signing key that no server has. */
const OTHER_KEY = '0123456789abcdef'.repeat(4);
const unauthorized: AnswerExpectation = { status: 401, body: { message: 'Unauthorized' } };
const registered: AnswerExpectation = {
  status: 200,
  body: { message: 'Successfully registered', modified: aBoolean },
};
const accepted: AnswerExpectation = {
  status: 200,
  body: { ok: true, modified: aBoolean, sync_id: aUuid, app_id: aUuid },
};

const toApp = (method: string, more: Partial<Request> = {}): Request => ({
  method,
  path: '/api/inngest',
  to: 'app',
  ...more,
});
/** A call as a server would make it. */
const call = (more: Partial<Request>): Request =>
  toApp('POST', {
    path: '/api/inngest?fnId=conformance-called-signed&stepId=step',
    json: {
      event: { name: 'called-signed', data: {} },
      events: [{ name: 'called-signed', data: {} }],
      steps: {},
      version: 2,
      ctx: { run_id: 'r', attempt: 0, stack: { stack: [], current: 0 } },
    },
    ...more,
  });
const registrationOf = (authorization: string): Request => ({
  ...registration({}),
  headers: { authorization },
});
const refused: AnswerExpectation = {
  status: 401,
  body: differs(
    'Authentication failed\n',
    { error: 'Authentication failed', data: null, status: 401 },
    WHY.refusal,
  ),
};

/** Signing keys in both directions. `call-invariants.ts` checks what all signed calls have in common. */
export const signed: (HttpScenario | RunScenario | SyncScenario)[] = [
  {
    kind: 'sync',
    id: 'sync-server-initiated',
    title: 'the server asks an app for its functions, and the app registers',
    withoutKeys: true,
    recordings: ['01-sync-server-initiated'],
    answer: registered,
    accepted,
  },
  {
    kind: 'sync',
    id: 'selfhosted-sync-signed',
    title: 'with keys, the server signs what it asks, and the app shows the hash of the key',
    withKeys: true,
    recordings: ['60-selfhosted-sync-signed'],
    answer: registered,
    accepted,
  },
  {
    kind: 'http',
    id: 'selfhosted-sync-app-put',
    title: 'with keys, a PUT that is not signed makes the app register, which takes the key',
    withKeys: true,
    recordings: ['61-selfhosted-sync-app-put'],
    exchanges: [
      { title: 'an unsigned PUT', request: toApp('PUT'), answer: registered },
      { title: 'a registration with the key', request: registration({}), answer: accepted },
      {
        title: 'with the hash of another key',
        request: registrationOf(`Bearer signkey-prod-${OTHER_KEY}`),
        answer: refused,
      },
      {
        title: 'of an app that has none',
        request: registrationOf('Bearer undefined'),
        answer: refused,
      },
    ],
  },
  {
    kind: 'run',
    id: 'selfhosted-run-signed',
    title: 'with keys, calls are signed, and so is what the app reports from inside of one',
    withKeys: true,
    recordings: ['62-selfhosted-run-signed'],
    functions: [
      checkpointing('run-signed', async ({ step }) => ({ ok: await step.run('a', () => 1) }), {
        options: { retries: 2 },
      }),
    ],
    send: {},
    calls: [{ maxAttempts: 3, reports: [[ran('a', 1)]], answer: ops(completes({ ok: 1 })) }],
    run: completedInCall({ ok: 1 }, { spans: [{ name: 'a', status: 'COMPLETED', output: { data: 1 } }] }),
  },
  {
    kind: 'http',
    id: 'sdk-signature-errors',
    title: 'with keys, an app answers nobody who does not sign with its key',
    withKeys: true,
    recordings: ['63-sdk-signature-errors'],
    functions: [stepByStep('called-signed', async () => 'called')],
    exchanges: [
      { title: 'a call without a signature', request: call({}), answer: unauthorized },
      {
        title: 'with garbage for one',
        request: call({ headers: { 'x-inngest-signature': 'garbage' } }),
        answer: unauthorized,
      },
      {
        title: 'signed with another key',
        request: call({ signed: 'with another key' }),
        answer: unauthorized,
      },
      { title: 'signed an hour ago', request: call({ signed: 'an hour ago' }), answer: unauthorized },
      { title: 'signed', request: call({ signed: 'with the key' }), answer: { status: 200, body: 'called' } },
      { title: 'what it is', request: toApp('GET'), answer: unauthorized },
      {
        title: 'what it is, signed',
        request: toApp('GET', { signed: 'with the key' }),
        answer: {
          status: 200,
          body: including({
            authentication_succeeded: true,
            has_event_key: true,
            has_signing_key: true,
            mode: 'cloud',
            schema_version: '2024-05-24',
          }),
        },
      },
      {
        title: 'its functions, in-band',
        request: toApp('PUT', { headers: { 'x-inngest-sync-kind': 'in_band' }, json: { url: '{appUrl}' } }),
        answer: unauthorized,
      },
    ],
  },
  {
    kind: 'http',
    id: 'api-with-key',
    title: 'with keys, the API answers those who show the signing key, or its hash',
    withKeys: true,
    exchanges: [
      { title: 'its hash', request: listOfRuns(), answer: { status: 200 } },
      { title: 'the key', request: listOfRuns('Bearer {signingKey}'), answer: { status: 200 } },
      { title: 'another key', request: listOfRuns(`Bearer ${OTHER_KEY}`), answer: { status: 401 } },
    ],
  },
];

/** By default, the request carries the hash of the server's key. */
function listOfRuns(authorization?: string): Request {
  return {
    method: 'GET',
    path: '/api/v2/runs?limit=1',
    ...(authorization !== undefined && { headers: { authorization } }),
  };
}
