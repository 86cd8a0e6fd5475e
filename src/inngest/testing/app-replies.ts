import type { FakeInngest } from './fake-inngest.js';

/** Inngest's answer about an app. */
export type Reply = FakeInngest['app'];

/** The answer to `GET /api/v2/apps/{id}`, as recorded from Inngest 1.43. */
export const known = (appVersion?: string, functionCount?: number, more: object = {}): Reply => ({
  status: 200,
  body: JSON.stringify({
    data: { id: 'app', name: 'app', method: 'SERVE', appVersion, functionCount, ...more },
    metadata: { fetchedAt: '2026-11-23T13:50:18.903101473Z' },
  }),
});

/** Answers after which a worker of deployment 5 with one function must not register again. */
export const KEEP_QUIET: [string, Reply][] = [
  ['has the app', known('deployment.5', 1)],
  ['has the app, and shows no version', known(undefined, 1)],
  ['does not say', undefined],
  ['answers a web page', { status: 200, body: '<html>' }],
  ['wants other keys', { status: 401, body: JSON.stringify({ errors: [{ code: 'unauthorized' }] }) }],
  ['limits requests', { status: 429, body: JSON.stringify({ errors: [{ code: 'rate_limited' }] }) }],
  ['does not implement it', { status: 501, body: JSON.stringify({ errors: [{ code: 'not_implemented' }] }) }],
];
