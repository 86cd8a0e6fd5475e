import { EmbeddedInngest } from '../src/embedded/index.js';
import { play } from './conformance/play/play.js';
import type { FunctionSpec } from './conformance/scenario.js';
import { scenarios } from './conformance/scenarios/index.js';
import { ConformanceApp, type Upstream } from './conformance/setup/conformance-app.js';
import { EmbeddedTarget } from './conformance/setup/embedded-target.js';
import { InngestApi } from './conformance/setup/inngest-api.js';
import { hashOf, signatureOf } from './conformance/setup/signature.js';
import { Setup } from './conformance/setup/setup.js';
import { closeAfterEach } from './support/close-after-each.js';
import { startDemoTasks, STEPS, task } from './support/demo-task.js';
import type { InngestHarness } from '../src/testing/nest.js';
import { itSlowly } from './support/slow-tests.js';

const SIGNING_KEY = 'a1'.repeat(32);
const OTHER_SIGNING_KEY = 'b2'.repeat(32);
const EVENT_KEY = 'evkey0123456789';
const TOKEN = 'token-0123456789';
const TEN_MINUTES = 10 * 60 * 1_000;

const job: FunctionSpec = {
  id: 'job',
  options: { retries: 1, checkpointing: true },
  body: async ({ step }) => step.run('a', () => 'done'),
};

const closing = closeAfterEach();

describe('a server with keys', () => {
  let target: EmbeddedTarget;
  let api: InngestApi;

  beforeEach(async () => {
    target = closing(await EmbeddedTarget.start({ signingKey: SIGNING_KEY, eventKey: EVENT_KEY }));
    api = new InngestApi(target);
  });

  it('signs its calls to apps, and accepts only requests that show its key', async () => {
    const app = closing(await ConformanceApp.start('signed', [job], target));
    await target.server.sync(app.url);
    const eventId = await api.send({ name: 'job' });
    await target.until(async () => (await api.runsOf(eventId))[0]?.['endedAt'] !== undefined, 'the end');

    expect(await api.runsOf(eventId)).toMatchObject([{ status: 'COMPLETED' }]);
    expect(app.recorder.toApp.map(({ method, answer }) => [method, answer?.status])).toEqual([
      ['PUT', 200],
      ['POST', 206],
    ]);
    for (const { headers, body } of app.recorder.toApp) {
      const signature = headers['x-inngest-signature'] ?? '';
      const seconds = Number(new URLSearchParams(signature).get('t'));
      expect(signature).toBe(signatureOf(body, SIGNING_KEY, seconds * 1_000));
      // The signature has the machine's time even on a virtual clock, because the app compares it with its own clock.
      expect(Math.abs(seconds * 1_000 - Date.now())).toBeLessThan(60_000);
    }
    expect(app.recorder.toServer.map(({ path, answer }) => [path.split('/')[1], answer?.status])).toEqual([
      ['fn', 200],
      ['v1', 200],
    ]);
    for (const { headers } of app.recorder.toServer)
      expect(headers['authorization']).toMatch(/^Bearer [0-9a-f]{64}$/);
    expect(app.recorder.toServer[0]?.answer?.headers['x-inngest-server-kind']).toBe('cloud');
  });

  it('and an app accept the same key with a prefix', async () => {
    const prefixed = { ...known(target), signingKey: `signkey-prod-${SIGNING_KEY}` };
    const other = closing(await ConformanceApp.start('prefixed', [job], prefixed));

    await target.server.sync(other.url);

    expect(other.recorder.toServer[0]?.headers['authorization']).toMatch(
      /^Bearer signkey-prod-[0-9a-f]{64}$/,
    );
    expect(other.recorder.toServer[0]?.answer?.status).toBe(200);
  });

  it('fails the run of an app that has changed its key, because the app refuses its calls', async () => {
    const before = await ConformanceApp.start('changed-key', [job], target);
    await before.register();
    await before.close();
    const changed = { ...known(target), signingKey: OTHER_SIGNING_KEY };
    const port = Number(new URL(before.url).port);
    const after = closing(await ConformanceApp.start('changed-key', [job], changed, port));

    const eventId = await api.send({ name: 'job' });
    await target.until(async () => (await api.runsOf(eventId))[0]?.['endedAt'] !== undefined, 'the end');

    expect(await api.runsOf(eventId)).toMatchObject([{ status: 'FAILED' }]);
    expect(after.recorder.toApp.map(({ answer }) => answer?.status)).toEqual([401, 401]);
  });

  itSlowly('behaves otherwise like a server without keys', async () => {
    const ids = [
      'success-ckpt-on',
      'success-ckpt-off',
      'exhaust-ckpt-on',
      'parallel-ckpt-off',
      'invoke-ckpt-on',
    ];
    const chosen = scenarios.filter(({ id }) => ids.includes(id));
    const setup = await Setup.set(target, chosen);
    closing(setup.app);
    for (const scenario of chosen) expect(await play(scenario, setup)).toEqual([]);
  });
});

describe('a server with keys', () => {
  it('does not start with an invalid signing key', async () => {
    await expect(EmbeddedInngest.start({ port: 0, logger: false, signingKey: 'abc' })).rejects.toThrow(
      'The signing key must be hexadecimal with an even number of digits.',
    );
  });
});

describe('With keys', () => {
  // Refused requests change nothing, so one server and one app are enough.
  let target: EmbeddedTarget;
  let app: ConformanceApp;
  let api: InngestApi;

  beforeAll(async () => {
    target = await EmbeddedTarget.start({ signingKey: SIGNING_KEY, eventKey: EVENT_KEY });
    app = await ConformanceApp.start('signed', [job], target);
    api = new InngestApi(target);
  });
  afterAll(async () => {
    await app.close();
    await target.close();
  });

  describe('the SDK refuses', () => {
    const call = {
      event: { name: 'job', data: {} },
      events: [{ name: 'job', data: {} }],
      steps: {},
      version: 2,
    };
    const ctx = { run_id: 'r', attempt: 0, stack: { stack: [], current: 0 } };
    const body = { ...call, ctx };
    const post = (signature?: string) =>
      fetch(`${app.url}?fnId=signed-job&stepId=step`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          ...(signature && { 'x-inngest-signature': signature }),
        },
        body: JSON.stringify(body),
      });

    it.each([
      ['no signature', () => undefined],
      ['garbage', () => 'garbage'],
      ['the signature of another key', () => signatureOf(body, OTHER_SIGNING_KEY)],
      ['the signature of another body', () => signatureOf({ ...body, version: 1 }, SIGNING_KEY)],
      ['a signature that has expired', () => signatureOf(body, SIGNING_KEY, Date.now() - TEN_MINUTES)],
    ])('a call with %s', async (_what, sign) => {
      const response = await post(sign());
      expect([response.status, await response.json()]).toEqual([401, { message: 'Unauthorized' }]);
    });

    it('and accepts a call with the right signature', async () => {
      expect((await post(signatureOf(body, SIGNING_KEY))).status).toBe(206);
    });

    it('to describe itself, unless the request is signed', async () => {
      expect((await fetch(app.url)).status).toBe(401);
      const response = await fetch(app.url, {
        headers: { 'x-inngest-signature': signatureOf(undefined, SIGNING_KEY) },
      });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ mode: 'cloud', authentication_succeeded: true });
    });

    it('to send its functions in-band', async () => {
      const response = await fetch(app.url, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', 'x-inngest-sync-kind': 'in_band' },
        body: '{}',
      });
      expect(response.status).toBe(401);
    });
  });

  describe('the server refuses', () => {
    it('events that are sent with another key', async () => {
      const answer = await api.ask('POST', '/e/other', JSON.stringify({ name: 'job' }));
      expect(answer).toMatchObject({ status: 401, body: { error: 'Event key not found', status: 401 } });
    });

    it.each([
      ['another signing key', { signingKey: OTHER_SIGNING_KEY }],
      ['none', { signingKey: undefined }],
    ])('an app with %s', async (_what, keys) => {
      const stranger = { ...known(target), ...keys };
      const other = closing(await ConformanceApp.start('stranger', [job], stranger));

      await expect(other.register()).rejects.toThrow('Authentication failed');

      expect(other.recorder.toServer[0]?.answer?.status).toBe(401);
    });

    it.each([
      ['GET', '/v1/events'],
      ['GET', '/v1/runs/01AN4Z07BY79KA1307SR9X4MV3'],
      ['DELETE', '/v1/runs/01AN4Z07BY79KA1307SR9X4MV3'],
      ['GET', '/v1/apps/signed/functions'],
      ['POST', '/v1/checkpoint/01AN4Z07BY79KA1307SR9X4MV3/async'],
      ['GET', '/v0/runs/01AN4Z07BY79KA1307SR9X4MV3/actions'],
      ['GET', '/v0/runs/01AN4Z07BY79KA1307SR9X4MV3/batch'],
      ['GET', '/api/v2/runs'],
      ['GET', '/api/v2/apps'],
      ['POST', '/api/v2/events'],
      ['POST', '/api/v2/apps/signed/functions/job/invoke'],
      ['POST', '/api/v2/runs/01AN4Z07BY79KA1307SR9X4MV3/cancel'],
      ['POST', '/api/v2/runs/01AN4Z07BY79KA1307SR9X4MV3/rerun'],
      ['POST', '/api/v2/runs/bulk'],
      ['GET', '/api/v2/jobs/01AN4Z07BY79KA1307SR9X4MV3'],
      ['DELETE', '/api/v2/jobs/01AN4Z07BY79KA1307SR9X4MV3'],
      ['GET', '/api/v2/runs/export'],
      ['GET', '/api/v2/runs/01AN4Z07BY79KA1307SR9X4MV3/export'],
      ['GET', '/api/v2/runs/01AN4Z07BY79KA1307SR9X4MV3/fixture'],
      ['POST', '/api/v2/apps/test/functions/fn/pause'],
      ['POST', '/api/v2/apps/test/functions/fn/resume'],
      ['GET', '/api/v2/apps/test/functions/fn/skipped'],
    ])('%s %s without the key', async (method, path) => {
      // The number of wrong keys from one IP address within a minute is limited.
      await target.pass(60_000);
      for (const headers of [
        undefined,
        { authorization: 'Bearer nope' },
        { authorization: `Bearer ${OTHER_SIGNING_KEY}` },
        { authorization: SIGNING_KEY },
      ]) {
        const response = await fetch(new URL(path, target.url), { method, ...(headers && { headers }) });
        expect(response.status).toBe(401);
      }
    });

    it('no request that shows its key or the hash of the key', async () => {
      for (const key of [SIGNING_KEY, `signkey-prod-${SIGNING_KEY}`]) {
        for (const shown of [key, hashOf(key)]) {
          const headers = { authorization: `Bearer ${shown}` };
          expect((await fetch(new URL('/api/v2/runs', target.url), { headers })).status).toBe(200);
        }
      }
    });

    it('no request to /health or /dev', async () => {
      for (const path of ['/health', '/api/v2/health', '/dev']) {
        expect((await fetch(new URL(path, target.url))).status).toBe(200);
      }
    });
  });
});

describe.each(['false', 'true'])('The demo task worker with keys and INNGEST_DEV=%s', (INNGEST_DEV) => {
  let inngest: InngestHarness;

  beforeAll(async () => {
    inngest = await startDemoTasks({
      environment: {
        INNGEST_DEV,
        API_TOKENS: TOKEN,
        INNGEST_EVENT_KEY: EVENT_KEY,
        INNGEST_SIGNING_KEY: `signkey-prod-${SIGNING_KEY}`,
      },
      server: { eventKey: EVENT_KEY, signingKey: SIGNING_KEY },
    });
  });

  afterAll(() => inngest.close());

  it('runs a task to its end', async () => {
    const response = await fetch(`${inngest.url}/demo-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: JSON.stringify({ taskId: 'signed', simulateFailure: true, failAttempts: 1 }),
    });
    const { eventId } = (await response.json()) as { eventId: string };

    expect(response.status).toBe(202);
    expect(await inngest.ended(eventId)).toMatchObject({
      status: 'COMPLETED',
      output: { taskId: 'signed', steps: STEPS.map((id) => ({ id })) },
    });
    const status = await fetch(`${inngest.url}/demo-tasks/${eventId}`, {
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(await status.json()).toMatchObject({ status: 'COMPLETED' });
  });

  it('refuses a call that its key did not sign just now', async () => {
    const signatures: [string, (call: object) => string | undefined][] = [
      ['unsigned', () => undefined],
      ['signed with another key', (call) => signatureOf(call, OTHER_SIGNING_KEY)],
      ['signed long ago', (call) => signatureOf(call, SIGNING_KEY, Date.now() - TEN_MINUTES)],
      ['signed for later', (call) => signatureOf(call, SIGNING_KEY, Date.now() + TEN_MINUTES)],
      ['signed with nothing', () => ''],
      ['signed for another body', () => signatureOf({}, SIGNING_KEY)],
      ['authorized by a token of clients', () => undefined],
    ];
    const event = task('forged');
    const ctx = { run_id: 'r', attempt: 0, stack: { stack: [], current: 0 } };
    const call = { ctx, event, events: [event], steps: {}, version: 2 };

    for (const [what, sign] of signatures) {
      const signature = sign(call);
      const response = await fetch(`${inngest.url}/api/inngest?fnId=algojuke-worker-demo-task&stepId=step`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Bearer ${TOKEN}`,
          ...(signature !== undefined && { 'x-inngest-signature': signature }),
        },
        body: JSON.stringify(call),
      });

      const answer = await response.json();
      expect([what, response.status, answer]).toEqual([what, 401, { message: 'Unauthorized' }]);
    }
  });

  it('has a server that refuses events with another key', async () => {
    const before = await inngest.allRuns();
    await expect(inngest.send(task('forged'))).rejects.toThrow(
      'The event API answered 401: Event key not found',
    );
    expect(await inngest.allRuns()).toEqual(before);
  });
});

/** The settings of an app for its server. */
function known({ url, clock, eventKey, signingKey }: EmbeddedTarget): Upstream {
  return { url, clock, eventKey, ...(signingKey !== undefined && { signingKey }) };
}
