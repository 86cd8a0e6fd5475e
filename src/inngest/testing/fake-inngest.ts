import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

interface Reply {
  status: number;
  body: string;
}

const json = (status: number, body: unknown): Reply => ({ status, body: JSON.stringify(body) });

/**
 * A fake Inngest server on a free port, with the routes that the SDK uses: registration, checkpoints, health and
 * events.
 */
export class FakeInngest {
  readonly seen: SeenRequest[] = [];
  /** The answer to `POST /fn/register`. */
  registration: Reply = json(200, { ok: true, modified: true, sync_id: 'sync', app_id: 'app' });
  /** The answer to `GET /health`. */
  health: Reply = json(200, { status: 200, message: 'OK' });
  /** The answer of version 2 of the API about the app. While undefined, it has no such route, like some servers. */
  app: Reply | undefined;
  /** The answer of version 1 of the API about the app's functions. */
  functionsV1: Reply | undefined;
  /** While true, the server destroys connections, as if nothing listened. */
  gone = false;
  /** While true, the server accepts requests and never answers them. */
  silent = false;
  private readonly server: Server;
  private waiting: { path: string; resolve: () => void }[] = [];

  private constructor() {
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.keepAliveTimeout = 1;
  }

  static async start(): Promise<FakeInngest> {
    const fake = new FakeInngest();
    fake.server.listen(0, '127.0.0.1');
    await once(fake.server, 'listening');
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  requests(path: string): SeenRequest[] {
    return this.seen.filter((request) => request.path.startsWith(path));
  }

  /** Resolves at the next request to `path`. */
  next(path: string): Promise<void> {
    return new Promise((resolve) => this.waiting.push({ path, resolve }));
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    this.seen.push({
      method: request.method ?? '',
      path,
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
    });
    if (this.gone) response.destroy();
    else if (!this.silent) {
      const { status, body } = this.reply(path);
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    }
    const met = this.waiting.filter((wait) => path.startsWith(wait.path));
    this.waiting = this.waiting.filter((wait) => !met.includes(wait));
    for (const { resolve } of met) resolve();
  }

  private reply(path: string): Reply {
    if (path.startsWith('/fn/register')) return this.registration;
    if (path.startsWith('/health')) return this.health;
    if (path.startsWith('/api/v2/apps/') && this.app) return this.app;
    if (path.startsWith('/v1/apps/') && this.functionsV1) return this.functionsV1;
    if (path.startsWith('/v1/checkpoint/')) return { status: 200, body: '' };
    if (path.startsWith('/e/')) return json(200, { ids: ['01EVENT'], status: 200 });
    return json(404, { status: 404, error: 'not found' });
  }
}
