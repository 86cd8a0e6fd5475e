import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FunctionSpec } from './conformance/scenario.js';
import { ConformanceApp } from './conformance/setup/conformance-app.js';
import { EmbeddedTarget } from './conformance/setup/embedded-target.js';
import { InngestApi } from './conformance/setup/inngest-api.js';
import { closeAfterEach } from './support/close-after-each.js';

const job: FunctionSpec = {
  id: 'job',
  options: { retries: 1, checkpointing: true },
  body: async ({ step }) => step.run('a', () => 'done'),
};

const closing = closeAfterEach();

describe('registration', () => {
  it('asks an app to sync, and answers whether anything has changed', async () => {
    const target = closing(await EmbeddedTarget.start());
    const app = closing(await ConformanceApp.start('synced', [job], target));

    await target.server.sync(app.url);
    await target.server.sync(app.url);

    const [put] = app.recorder.toApp;
    expect(put).toMatchObject({ method: 'PUT', body: { url: app.url } });
    expect(put?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-inngest-server-kind': 'dev',
    });
    expect(app.recorder.toApp.map(({ answer }) => answer?.body)).toEqual([
      { message: 'Successfully registered', modified: true },
      { message: 'Successfully registered', modified: false },
    ]);
    expect(app.recorder.toServer[0]).toMatchObject({
      method: 'POST',
      path: '/fn/register',
      headers: { 'x-inngest-sync-kind': 'out_of_band', 'x-inngest-expected-server-kind': 'dev' },
      body: { appName: 'synced', framework: 'express', functions: [{ id: 'synced-job' }] },
      answer: { status: 200, headers: { 'x-inngest-server-kind': 'dev' } },
    });
  });

  it('registers the functions of an app that answers in-band', async () => {
    const target = closing(await EmbeddedTarget.start());
    const app = closing(
      await serve((request, url) => {
        const inBand = {
          app_id: 'in-band',
          framework: 'x',
          sdk: 'x:v1',
          url,
          functions: [fnAt(url, 'in-band-fn')],
        };
        return { status: 200, body: request.method === 'PUT' ? inBand : {} };
      }),
    );

    await target.server.sync(app.url);

    const answer = await new InngestApi(target).ask('GET', '/api/v2/apps/in-band/functions/fn');
    expect(answer.status).toBe(200);
  });

  it('rejects with the reason why an app does not register', async () => {
    const target = closing(await EmbeddedTarget.start());
    const app = closing(await serve(() => ({ status: 500, body: { message: 'out of order' } })));

    await expect(target.server.sync(app.url)).rejects.toThrow(/answered 500: out of order/);
  });

  it('names every mistake of every function, and keeps the previous registration', async () => {
    const target = closing(await EmbeddedTarget.start());
    const api = new InngestApi(target);
    const register = (...functions: object[]) =>
      api.ask(
        'POST',
        '/fn/register',
        JSON.stringify({ appName: 'a', url: 'http://127.0.0.1:9/x', functions }),
      );
    const good = fnAt('http://127.0.0.1:9/x', 'a-good');
    await register(good);

    const answer = await register(
      good,
      {
        ...fnAt('http://127.0.0.1:9/x', 'a-bad'),
        idempotency: 'event.data.a ?? 1',
        triggers: [{ cron: '99 * * * *' }],
      },
      { ...fnAt('ftp://127.0.0.1/x', 'a-far') },
      good,
    );

    expect(answer.status).toBe(400);
    const { error } = answer.body as { error: string };
    expect(error).toMatch(/^At least one function is invalid/);
    for (const part of [
      'a-bad',
      'a-far',
      'triggers[0]',
      'idempotency',
      'Two functions have the id "a-good"',
    ]) {
      expect(error).toContain(part);
    }
    const { body } = await api.ask('GET', '/api/v2/apps/a/functions');
    expect((body as { data: { id: string }[] }).data.map(({ id }) => id)).toEqual(['good']);
  });

  it.each([
    [{}, 'App ID required'],
    [{ appName: 'a' }, 'App URL required'],
    [{ appName: 'a', url: 'http://127.0.0.1:9/x' }, '"functions" must be an array of functions'],
  ])('refuses %j', async (body, error) => {
    const target = closing(await EmbeddedTarget.start());
    const answer = await new InngestApi(target).ask('POST', '/fn/register', JSON.stringify(body));
    expect(answer).toMatchObject({ status: 400, body: { error, data: null, status: 400 } });
  });
});

describe('errors', () => {
  it.each([
    ['a registration that is no JSON', 'POST', '/fn/register', '{"appName": ', 400],
    ['what there is not', 'GET', '/v1/nothing', undefined, 404],
  ])(
    'name their status in the body, where SDKs look for it: %s',
    async (_what, method, path, body, status) => {
      const target = closing(await EmbeddedTarget.start());
      const answer = await new InngestApi(target).ask(method, path, body);
      expect(answer).toMatchObject({ status, body: { error: expect.any(String), data: null, status } });
    },
  );
});

describe('an app that is away', () => {
  it('is called again when it is running again, and its run completes', async () => {
    const target = closing(await EmbeddedTarget.start());
    const api = new InngestApi(target);
    const app = await ConformanceApp.start('away', [job], target);
    await app.register();
    const { port } = new URL(app.url);
    await app.close();

    const eventId = await api.send({ name: 'job' });
    await target.pass(5_000);
    const [waiting] = await api.runsOf(eventId);
    expect(waiting).toMatchObject({ status: 'RUNNING', waiting: { attempt: 1 } });
    closing(await ConformanceApp.start('away', [job], target, Number(port)));
    await target.until(async () => (await api.runsOf(eventId))[0]?.['endedAt'] !== undefined, 'the end');

    expect(await api.runsOf(eventId)).toMatchObject([{ status: 'COMPLETED', output: { data: 'done' } }]);
  });

  it('fails its run when it is not running again in time', async () => {
    const target = closing(await EmbeddedTarget.start());
    const api = new InngestApi(target);
    const app = await ConformanceApp.start('gone', [job], target);
    await app.register();
    await app.close();

    const eventId = await api.send({ name: 'job' });
    await target.until(async () => (await api.runsOf(eventId))[0]?.['endedAt'] !== undefined, 'the end');

    expect(await api.runsOf(eventId)).toMatchObject([
      { status: 'FAILED', output: { error: { message: expect.stringMatching(/could not be called/) } } },
    ]);
  });
});

/** A function as an SDK registers it. */
function fnAt(url: string, id: string): Record<string, unknown> {
  const runtime = { type: 'http', url: `${url}?fnId=${id}&stepId=step` };
  return {
    id,
    name: id,
    triggers: [{ event: 'never' }],
    steps: { step: { id: 'step', name: 'step', runtime } },
  };
}

/** An app that does not use the SDK. */
async function serve(
  answer: (request: IncomingMessage, url: string) => { status: number; body: unknown },
): Promise<{ url: string; close(): Promise<void> }> {
  const server: Server = createServer((request, response) => {
    const { status, body } = answer(request, url);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url, close };
}
