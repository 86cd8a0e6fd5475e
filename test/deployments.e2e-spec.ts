import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { Registration, type Registered } from '../src/embedded/registration/registration.js';
import { closeAfterEach } from './support/close-after-each.js';
import { serveRaw } from './support/raw-app.js';
import { createTestServer } from '../src/testing/index.js';

const URL_A = 'http://127.0.0.1:9/api/inngest';
const URL_B = 'http://127.0.0.1:10/api/inngest';

interface App {
  name?: string;
  version?: string;
  url?: string;
  functions?: readonly string[];
}

/** The registration of an app. */
function registration({ name = 'app', version, url = URL_A, functions = ['fn'] }: App): object {
  const runtime = { type: 'http', url };
  const steps = { step: { id: 'step', name: 'step', runtime } };
  return {
    appName: name,
    appVersion: version,
    url,
    functions: functions.map((id) => ({ id: `${name}-${id}`, name: id, triggers: [{ event: id }], steps })),
  };
}

describe('On the embedded server, a registration', () => {
  const closing = closeAfterEach();
  let server: EmbeddedInngest;

  beforeEach(async () => {
    server = closing(await EmbeddedInngest.start({ port: 0, clock: new VirtualClock(), logger: false }));
  });

  /** Registers like an app that shows the signing key, which may change addresses and names. */
  const register = (app: App): Promise<Registered> =>
    server.app
      .get(Registration)
      .register(registration(app), { kind: 'request', isSigned: true, from: '127.0.0.1' });

  /** The API's view of the app, and its functions. */
  async function shown(name = 'app'): Promise<{ app: Record<string, unknown>; functions: string[] }> {
    const get = async (path: string): Promise<{ data: unknown }> =>
      (await (await fetch(`${server.url}/api/v2/apps/${name}${path}`)).json()) as { data: unknown };
    const { data } = await get('');
    const functions = ((await get('/functions')).data as { id: string }[]).map(({ id }) => id).toSorted();
    return { app: data as Record<string, unknown>, functions };
  }

  it('of an older deployment changes nothing, not even the address, and is answered with the newer one', async () => {
    const first = await register({ version: '2.0.0+deployment.7', functions: ['fn', 'added'] });
    const before = await shown();

    const older = registration({ version: '1.0.0+deployment.6', url: URL_B, functions: ['fn', 'gone'] });
    const answer = await fetch(`${server.url}/fn/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(older),
    });

    expect([answer.status, await answer.json()]).toMatchObject([
      200,
      { ok: true, modified: false, app_id: first.appId, newerDeployment: 7 },
    ]);
    expect(await shown()).toEqual(before);
    expect(before).toMatchObject({ app: { deployment: 7, functionCount: 2 }, functions: ['added', 'fn'] });
  });

  it.each([
    ['the same deployment', 'deployment.7', 7],
    ['a newer deployment', 'deployment.8', 8],
    ['no deployment', undefined, undefined],
    ['a version that is a plain number', '6', undefined],
  ])('of %s is accepted', async (_, version, deployment) => {
    await register({ version: 'deployment.7', functions: ['fn', 'gone'] });
    expect(await register({ version, functions: ['fn', 'added'] })).toMatchObject({ modified: true });
    expect(await shown()).toMatchObject({ functions: ['added', 'fn'] });
    expect((await shown()).app['deployment']).toBe(deployment);
  });

  it('of an older deployment does not replace a newer one that has renamed the app', async () => {
    await register({ name: 'before', version: 'deployment.6' });
    await register({ name: 'after', version: 'deployment.7' });

    expect(await register({ name: 'before', version: 'deployment.6' })).toMatchObject({ newerDeployment: 7 });
    expect(await shown('after')).toMatchObject({ functions: ['fn'] });
    expect(await register({ name: 'before', version: 'deployment.8' })).toMatchObject({ modified: true });
    expect(await shown('before')).toMatchObject({ functions: ['fn'] });
  });

  it('of an older deployment does not win if it ends later', async () => {
    const functions = Array.from({ length: 1_000 }, (_, n) => `f${n}`);
    const registering = register({ version: 'deployment.6', functions });
    await register({ version: 'deployment.7' });

    expect(await registering).toMatchObject({ modified: false, newerDeployment: 7 });
    expect(await shown()).toMatchObject({ functions: ['fn'] });
  });

  it('of an older deployment, after a restart of the server, shows that the app is running: its calls go on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'deployments-'));
    const dataFile = join(folder, 'inngest.db');
    const clock = new VirtualClock();
    const restart = async (): Promise<void> => {
      await server.close();
      server = closing(await EmbeddedInngest.start({ port: 0, clock, dataFile, logger: false }));
    };
    let calls = 0;
    const { url } = closing(await serveRaw(() => [200, ++calls]));
    await restart();
    await register({ version: 'deployment.7', url });
    await restart();
    await fetch(`${server.url}/e/test`, { method: 'POST', body: JSON.stringify({ name: 'fn' }) });
    await clock.settled();
    // The server asks the app to sync, and calls the function only after that.
    expect(calls).toBe(1);
    await register({ version: 'deployment.6', url });
    await clock.settled();

    expect(calls).toBe(2);
    rmSync(folder, { recursive: true });
  });

  it('of an older deployment is logged once, with advice', async () => {
    await register({ version: 'deployment.7' });
    const lines: unknown[] = [];
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation((line: unknown) => lines.push(line));
    await register({ version: 'deployment.6' });
    await register({ version: 'deployment.6' });
    warn.mockRestore();

    expect(lines).toEqual([expect.stringMatching(/^Deployment 6 of app "app".*DEPLOYMENT.*above 7\.$/)]);
  });
});

describe('A call that reaches a replica without the function', () => {
  const closing = closeAfterEach();

  it('fails the attempt when no replica has the function for 31 s', async () => {
    const inngest = closing(await createTestServer({ retryIntervalMs: 0 }));
    let calls = 0;
    const headers = { 'x-unserved-function': 'true' };
    const { url } = closing(await serveRaw(() => [500, { message: `no function, ${++calls}` }], headers));
    const step = { id: 'step', name: 'step', runtime: { type: 'http', url }, retries: { attempts: 0 } };
    await fetch(`${inngest.url}/fn/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        appName: 'app',
        url,
        functions: [{ id: 'app-fn', name: 'fn', triggers: [{ event: 'go' }], steps: { step } }],
      }),
    });
    const [id] = await inngest.send({ name: 'go' });
    const run = await inngest.ended(id);

    expect(run).toMatchObject({ status: 'FAILED', attempts: 1 });
    expect(inngest.elapsed).toBe(31_000);
    expect(calls).toBe(7);
  });
});
