import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { Inngest } from 'inngest';
import { serve } from 'inngest/node';
import { ClientRefusedError, createTestServer, type TestServer } from './index.js';

const silent = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };

const newClient = (options: object = {}): Inngest => new Inngest({ id: 'shop', logger: silent, ...options });

/** A function that sends an event with its client, inside a step. */
function sender(client: Inngest) {
  return client.createFunction({ id: 'sender', triggers: { event: 'send' } }, ({ step }) =>
    step.run('send', () => client.send({ name: 'sent' }).then(({ ids }) => ids.length)),
  );
}

const open: TestServer[] = [];
const kept = { ...process.env };
afterEach(async () => {
  process.env = { ...kept };
  for (const server of open.splice(0)) await server.close();
});

async function start(): Promise<TestServer> {
  const server = await createTestServer();
  open.push(server);
  return server;
}

describe('serve', () => {
  it('points the client at the server, and close sets it back', async () => {
    const server = await start();
    const client = newClient().setEnvVars({
      INNGEST_BASE_URL: 'http://before:1',
      INNGEST_EVENT_KEY: 'before',
    });
    await server.serve(client, [sender(client)]);

    expect(await server.run('send')).toMatchObject({ output: 1 });
    expect((await client.send({ name: 'from-the-test' })).ids).toHaveLength(1);
    expect(new URL(client.apiBaseUrl).origin).toBe(server.url);

    await server.close();
    expect([client.apiBaseUrl, client.eventBaseUrl, client.mode]).toEqual([
      'http://before:1',
      'http://before:1',
      'cloud',
    ]);
    expect(client.eventKey).toBe('before');
  });

  it('heeds no variable of the process, which the SDK sets at every request', async () => {
    Object.assign(process.env, {
      INNGEST_DEV: '0',
      INNGEST_BASE_URL: 'http://127.0.0.1:1',
      INNGEST_EVENT_API_BASE_URL: 'http://127.0.0.1:1',
      INNGEST_API_BASE_URL: 'http://127.0.0.1:1',
      INNGEST_SIGNING_KEY: 'signkey-test-00',
      INNGEST_SERVE_ORIGIN: 'http://127.0.0.1:1',
      INNGEST_SERVE_PATH: '/elsewhere',
      INNGEST_STREAMING: 'true',
    });
    const server = await start();
    const client = newClient();
    await server.serve(client, [sender(client)]);

    await expect(server.run('send')).resolves.toMatchObject({ status: 'COMPLETED', output: 1 });

    await server.close();
    expect([client.apiBaseUrl, client.mode]).toEqual(['http://127.0.0.1:1', 'cloud']);
  });

  it('replaces the functions of a client that it serves already', async () => {
    const server = await start();
    const client = newClient();
    const named = (id: string) => client.createFunction({ id, triggers: { event: 'x' } }, () => id);
    await server.serve(client, [named('old')]);
    await server.serve(client, [named('new')]);

    await expect(server.run('x')).resolves.toMatchObject({ output: 'new' });
  });

  it('serves several clients, and several servers serve at the same time', async () => {
    const [one, other] = await Promise.all([start(), start()]);
    const [shop, bank] = [newClient(), newClient({ id: 'bank' })];
    await one.serve(shop, [shop.createFunction({ id: 'f', triggers: { event: 'x' } }, () => 'shop')]);
    await one.serve(bank, [bank.createFunction({ id: 'g', triggers: { event: 'x' } }, () => 'bank')]);
    const third = newClient();
    await other.serve(third, [third.createFunction({ id: 'f', triggers: { event: 'x' } }, () => 'other')]);

    const [mine, theirs] = await Promise.all([one.run('x', { function: 'g' }), other.run('x')]);

    expect([mine.output, theirs.output]).toEqual(['bank', 'other']);
    expect(await one.allRuns()).toHaveLength(2);
  });

  it('serves functions of the SDK’s other build', async () => {
    const { Inngest: Required } = createRequire(import.meta.url)('inngest') as typeof import('inngest');
    const server = await start();
    const client = new Required({ id: 'shop', logger: silent });
    await server.serve(client, [
      client.createFunction({ id: 'f', triggers: { event: 'x' } }, ({ step }) =>
        step.run('a', () => 'required'),
      ),
    ]);

    await expect(server.run('x')).resolves.toMatchObject({ output: 'required' });
  });

  it('registers an app that serves itself, in any language', async () => {
    const server = await start();
    const client = newClient({ baseUrl: server.url, isDev: true });
    const functions = [client.createFunction({ id: 'f', triggers: { event: 'x' } }, () => 'own')];
    const http = createHttpServer(serve({ client, functions })).listen(0, '127.0.0.1');
    await once(http, 'listening');

    await server.register(`http://127.0.0.1:${(http.address() as AddressInfo).port}/api/inngest`);

    await expect(server.run('x')).resolves.toMatchObject({ output: 'own' });
    http.closeAllConnections();
    http.close();
    await expect(server.register('http://127.0.0.1:1/api/inngest')).rejects.toThrow();
  });
});

describe('serve refuses', () => {
  it('a client with a baseUrl of its own, by its name and with the fix', async () => {
    const server = await start();
    const client = newClient({ baseUrl: 'http://localhost:8288' });

    const refusal = server.serve(client, [sender(client)]);

    await expect(refusal).rejects.toThrow(ClientRefusedError);
    await expect(refusal).rejects.toThrow(
      'The Inngest client "shop" has its own baseUrl (http://localhost:8288), so it cannot use this test server. ' +
        'Leave baseUrl out of new Inngest({ … })',
    );
    expect(client.mode).toBe('cloud');
  });

  it('but not one whose baseUrl is this server', async () => {
    const server = await start();
    const client = newClient({ baseUrl: server.url });
    await server.serve(client, [sender(client)]);

    await expect(server.run('send')).resolves.toMatchObject({ output: 1 });
  });

  it('a client that another test server uses, until that one is closed', async () => {
    const [one, other] = [await start(), await start()];
    const client = newClient();
    const functions = [sender(client)];
    await one.serve(client, functions);

    await expect(other.serve(client, functions)).rejects.toThrow(
      `The Inngest client "shop" is in use by another test server (${one.url}). Close that one first, or create a client`,
    );
    await expect(one.run('send')).resolves.toMatchObject({ output: 1 });
    await one.close();
    await other.serve(client, functions);
    await expect(other.run('send')).resolves.toMatchObject({ output: 1 });
  });

  it('a client that takes only signed calls', async () => {
    const server = await start();
    const client = newClient({ isDev: false });

    await expect(server.serve(client, [sender(client)])).rejects.toThrow(
      'The Inngest client "shop" has isDev: false, so it accepts only signed calls',
    );
  });

  it('what is no client, and what are no functions', async () => {
    const server = await start();
    const client = newClient();
    const serveAny = server.serve.bind(server) as (...parts: unknown[]) => Promise<void>;

    await expect(serveAny({ id: 'x' }, [sender(client)])).rejects.toThrow('needs an Inngest client first');
    await expect(serveAny(undefined, [sender(client)])).rejects.toThrow('needs an Inngest client first');
    await expect(serveAny(client, [])).rejects.toThrow('a list with at least one Inngest function');
    await expect(serveAny(client, sender(client))).rejects.toThrow(
      'a list with at least one Inngest function',
    );
    await expect(serveAny(client, [sender(client), undefined])).rejects.toThrow('entry 1 of the list is not');
  });

  it('functions that the server refuses, and lets go of their client', async () => {
    const [one, other] = [await start(), await start()];
    const client = newClient();
    const bad = client.createFunction({ id: 'bad', triggers: { cron: 'now and then' } }, () => 1);

    await expect(one.serve(client, [bad])).rejects.toThrow('"shop-bad" cannot be registered');
    await other.serve(client, [sender(client)]);
    await expect(other.run('send')).resolves.toMatchObject({ output: 1 });
  });
});
