import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import {
  OwnWorkerEnvironments,
  RunningWorkerEnvironments,
  EnvironmentError,
} from '../src/validation/index.js';

/** A fake Inngest server that has one app with an id and a URL. It records registrations. */
class OneApp {
  app: { id: string; url: string } | undefined;
  readonly registered: { url: string; functions: unknown[] }[] = [];
  private readonly server = createServer((request, response) => {
    void this.answer(request).then((body) => response.end(JSON.stringify(body)));
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage): Promise<unknown> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    if (pathname === '/fn/register')
      this.registered.push((await json(request)) as OneApp['registered'][number]);
    const { app } = this;
    if (pathname === '/api/v2/apps')
      return { data: app ? [{ id: app.id, latestSync: { url: app.url } }] : [] };
    if (app && pathname === `/api/v2/apps/${app.id}/functions`) return { data: [{ id: 'demo-task' }] };
    return { data: [] };
  }
}

let inngest: OneApp;

beforeEach(async () => {
  inngest = new OneApp();
  await inngest.start();
});

afterEach(() => inngest.close());

const forever = new AbortController().signal;

describe('A worker that is started for a validation', () => {
  let directory: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'stages-spec-'));
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it('is stopped, and its app taken out, when it turns out not to be registered there', async () => {
    // A worker that answers that it is ready, but is not registered with the Inngest server.
    const main = join(directory, 'main.mjs');
    writeFileSync(
      main,
      `import { createServer } from 'node:http';
       createServer((_, response) => response.end('{}')).listen(process.env.PORT);`,
    );
    await expect(new OwnWorkerEnvironments(inngest, main).open(forever)).rejects.toThrow(
      `The Inngest at ${inngest.url} knows no demo-task of the app "task-queue-worker-validation"`,
    );
    const [left] = inngest.registered;
    expect(left?.functions).toEqual([]);
    await expect(fetch(left?.url ?? '')).rejects.toThrow('fetch failed');
  });
});

describe('A worker that runs already', () => {
  let worker: Server;
  let url: string;

  /** Starts a worker that gives this answer to every request. */
  async function answers(status: number, body: string): Promise<void> {
    worker = createServer((_, response) => response.writeHead(status).end(body));
    await new Promise<void>((resolve) => worker.listen(0, '127.0.0.1', resolve));
    url = `http://localhost:${(worker.address() as AddressInfo).port}`;
  }

  const health = (server: object, functions: object): string =>
    JSON.stringify({ details: { inngest: server, functions } });

  const opened = (): Promise<unknown> => new RunningWorkerEnvironments(inngest, { url }).open();

  afterEach(async () => {
    worker.closeAllConnections();
    await new Promise((resolve) => worker.close(resolve));
  });

  it('is something else when it knows nothing of Inngest', async () => {
    await answers(404, '<html>Not found</html>');
    await expect(opened()).rejects.toThrow(EnvironmentError);
    await expect(opened()).rejects.toThrow(`What answers at ${url} is not the worker`);
  });

  it('says which Inngest it uses when it is not registered', async () => {
    const functions = { status: 'down', registration: 'unreachable', message: 'Nobody answers.' };
    await answers(503, health({ status: 'up', url: 'http://localhost:9999' }, functions));
    await expect(opened()).rejects.toThrow(
      `The worker at ${url} is not ready: it uses the Inngest at http://localhost:9999. Nobody answers. ` +
        `To have it use this one, start it with INNGEST_URL=${inngest.url}.`,
    );
  });

  it('is not another app that happens to have the same port on another machine', async () => {
    await answers(200, health({ status: 'up', url: inngest.url }, { status: 'up' }));
    const { port } = new URL(url);
    inngest.app = { id: 'app', url: `http://other.example.com:${port}/api/inngest` };
    await expect(opened()).rejects.toThrow('is not registered with the Inngest');
    inngest.app = { id: 'app', url: `http://127.0.0.1:${port}/api/inngest` };
    await expect(opened()).resolves.toMatchObject({ appId: 'app' });
  });
});
