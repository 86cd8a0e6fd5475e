import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EmbeddedTarget } from './conformance/setup/embedded-target.js';
import { InngestApi } from './conformance/setup/inngest-api.js';
import { closeAfterAll } from './support/close-after-each.js';

/** The answer of an app: a redirect, or the result of the function. */
type Reply = { status: 301 | 302 | 303 | 307 | 308; location: string } | 'done';

const signingKey = 'ab'.repeat(16);

describe('an app that redirects', () => {
  const closing = closeAfterAll();
  let shared: EmbeddedTarget;
  let apps = 0;

  beforeAll(async () => {
    shared = closing(await EmbeddedTarget.start());
  });

  /** @param reply the answer, by the requested path without its "/" */
  const serve = async (reply: (path: string) => Reply) => {
    const requests: { method?: string; url?: string; body: string }[] = [];
    const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      let body = '';
      for await (const chunk of request) body += String(chunk);
      requests.push({ method: request.method, url: request.url, body });
      response.setHeader('x-inngest-sdk', 'go:v0.15.1');
      const answer = reply(new URL(request.url ?? '', 'http://x').pathname.slice(1));
      if (answer === 'done') response.end('"done"');
      else response.writeHead(answer.status, { location: answer.location }).end();
    };
    const server: Server = createServer((request, response) => void handle(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return closing({
      requests,
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      close: async () => {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      },
    });
  };

  /** Registers a new app at the URL, and runs its function. */
  const runAt = async (url: string, target = shared): Promise<Record<string, unknown>> => {
    const api = new InngestApi(target);
    const name = `app-${++apps}`;
    const step = {
      id: 'step',
      name: 'fn',
      runtime: { url: `${url}?fnId=${name}-fn&step=step` },
      retries: { attempts: 0 },
    };
    const fn = { id: `${name}-fn`, name: 'fn', triggers: [{ event: name }], steps: { step } };
    const { status } = await api.ask(
      'POST',
      '/fn/register',
      JSON.stringify({ appName: name, url, functions: [fn] }),
    );
    expect(status).toBe(200);
    const id = await api.send({ name });
    await target.until(async () => (await api.runsOf(id))[0]?.['endedAt'] !== undefined, 'the end');
    return (await api.runsOf(id))[0] as Record<string, unknown>;
  };

  it.each([307, 308] as const)('with %d is called there, with the same request', async (status) => {
    const app = await serve((path) => (path === 'old' ? { status, location: '/new?x=1' } : 'done'));

    expect(await runAt(`${app.url}/old`)).toMatchObject({ status: 'COMPLETED' });
    const [first, second] = app.requests;
    expect(second).toMatchObject({ method: 'POST', body: first?.body });
    expect(second?.url).toMatch(/^\/new\?x=1&fnId=app-\d+-fn&step=step&stepId=step$/);
  });

  it.each([301, 302, 303] as const)(
    'with %d is not called there, because the request would change',
    async (status) => {
      const app = await serve((path) => (path === 'old' ? { status, location: '/new' } : 'done'));

      expect(await runAt(`${app.url}/old`)).toMatchObject({ status: 'FAILED' });
      expect(app.requests).toHaveLength(1);
    },
  );

  it.each([
    [5, 'COMPLETED', 6],
    [6, 'FAILED', 6],
  ])('%d times: %s', async (times, status, requests) => {
    const app = await serve((path) =>
      Number(path) < times ? { status: 307, location: `/${Number(path) + 1}` } : 'done',
    );

    expect(await runAt(`${app.url}/0`)).toMatchObject({ status });
    expect(app.requests).toHaveLength(requests);
  });

  it('to another origin is called there, but not with a signing key', async () => {
    const other = await serve(() => 'done');
    const app = await serve((path) =>
      path === 'stay'
        ? { status: 307, location: '/here' }
        : path === 'here'
          ? 'done'
          : { status: 307, location: `${other.url}/new` },
    );

    expect(await runAt(`${app.url}/old`)).toMatchObject({ status: 'COMPLETED' });
    expect(other.requests).toHaveLength(1);
    const signed = closing(await EmbeddedTarget.start({ signingKey }));
    expect(await runAt(`${app.url}/old`, signed)).toMatchObject({ status: 'FAILED' });
    expect(other.requests).toHaveLength(1);
    expect(await runAt(`${app.url}/stay`, signed)).toMatchObject({ status: 'COMPLETED' });
  });

  it('to an invalid URL fails', async () => {
    const app = await serve(() => ({ status: 308, location: 'ftp://files' }));

    expect(JSON.stringify(await runAt(app.url))).toContain('not an http(s) URL');
  });
});
