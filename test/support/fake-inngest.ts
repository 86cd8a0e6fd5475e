import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ulid } from 'ulid';

type Json = Record<string, unknown>;

export interface ReceivedRequest {
  method: string;
  path: string;
  headers: IncomingMessage['headers'];
  body: unknown;
}

interface Answer {
  status: number;
  body: unknown;
}

export interface FakeRun {
  id: string;
  /** The status in `GET /api/v2/runs/:id`. */
  status: string;
  functionId?: string;
  /** The status in the lists of an event's runs. Defaults to `status`. */
  listStatus?: string;
  queuedAt?: string;
  startedAt?: string;
  endedAt?: string;
  output?: unknown;
  waiting?: { reason: string; until?: string };
  trace?: Json;
  jobs?: Json[];
}

/**
 * A fake Inngest server: it knows only what a test adds, and answers with bodies recorded from a real server. It runs no
 * functions; tests that need runs use the embedded server.
 */
export class FakeInngest {
  readonly received: ReceivedRequest[] = [];
  readonly events = new Map<string, Json>();
  readonly runs = new Map<string, FakeRun[]>();
  /** The highest version of the runs API that it offers. */
  apiVersion: 1 | 2 = 2;
  appId = 'algojuke-worker';
  /** The only event key that it accepts; undefined accepts any. */
  eventKey: string | undefined;
  /** The `Authorization` header that its API requires; undefined requires none. */
  authorization: string | undefined;
  /** The body of its health endpoint. */
  health: Json = { status: 200, message: 'OK' };
  /** The answer to every request, in place of the regular one. */
  instead: Answer | 'silence' | 'noise' | undefined;
  /** How many requests about an event it answers as if the event did not exist yet. */
  eventsAppearAfter = 0;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async start(): Promise<FakeInngest> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const fake = new FakeInngest(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void fake.handle(request, response);
    });
    return fake;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise((resolve) => this.server.close(resolve));
  }

  /** Stores an event with the time `receivedAt` (milliseconds since 1970). */
  addEvent(name: string, data: unknown, receivedAt: number, runs: FakeRun[] = []): string {
    const id = ulid(receivedAt);
    this.events.set(id, {
      internal_id: id,
      id,
      name,
      data,
      ts: receivedAt,
      received_at: new Date(receivedAt).toISOString(),
    });
    this.runs.set(id, runs);
    return id;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? '/', this.url);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const { method = 'GET', headers } = request;
    this.received.push({ method, path: url.pathname + url.search, headers, body });
    if (this.instead === 'silence') return;
    if (this.instead === 'noise') {
      request.socket.end('220 smtp.example.com ESMTP\r\n');
      return;
    }
    const { status, body: answer } = this.instead ?? this.answer(method, url, headers, body);
    response.writeHead(status, { 'x-inngest-server-kind': 'dev' });
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }

  private answer(method: string, url: URL, headers: IncomingMessage['headers'], body: unknown): Answer {
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = url.pathname.slice(1).split('/');
    if (first === 'e' && method === 'POST') return this.send(second, body);
    if (first === 'health') return ok(this.health);
    if (first === 'dev') return ok({ functions: [] });
    if (first === 'fn') return ok({ ok: true, modified: true, sync_id: ulid(), app_id: ulid() });
    if (this.authorization !== undefined && headers.authorization !== this.authorization) {
      return { status: 401, body: 'Authentication failed' };
    }
    if (first === 'v1' && second === 'events')
      return fourth === 'runs' ? this.runsV1(third) : this.event(third);
    if (first === 'v1' && second === 'apps') return ok(this.functions());
    if (first === 'v1' && second === 'runs') return ok({ data: this.run(third)?.jobs ?? [] });
    const isV2 = first === 'api' && second === 'v2' && this.apiVersion === 2;
    if (isV2 && third === 'events') return this.runsV2(fourth, url.searchParams.get('cursor'));
    if (isV2 && third === 'runs') return fifth === 'trace' ? this.trace(fourth) : this.runV2(fourth);
    return { status: 404, body: '404 page not found\n' };
  }

  private send(key: string, body: unknown): Answer {
    if (this.eventKey !== undefined && key !== this.eventKey) {
      return { status: 401, body: { status: 401, error: 'Event key not found' } };
    }
    const events = (Array.isArray(body) ? body : [body]) as { name: string; data: unknown }[];
    return ok({ ids: events.map(({ name, data }) => this.addEvent(name, data, Date.now())), status: 200 });
  }

  private event(id: string): Answer {
    if (this.eventsAppearAfter > 0) {
      this.eventsAppearAfter--;
      return ok({ error: 'Event not found', data: null, status: 404 });
    }
    const data = this.events.get(id);
    return ok(data ? { data, metadata: {} } : { error: 'Event not found', data: null, status: 404 });
  }

  private runsV1(eventId: string): Answer {
    const data = (this.runs.get(eventId) ?? []).map((run) => ({
      run_id: run.id,
      run_started_at: run.queuedAt,
      function_id: internalIdOf(run.functionId),
      status: run.listStatus ?? run.status,
      ended_at: run.endedAt ?? null,
      output: run.output,
    }));
    return ok({ data, metadata: {} });
  }

  /** Pages of three runs. As measured on Inngest 1.43, lists wrap the error of a failed run. */
  private runsV2(eventId: string, cursor: string | null): Answer {
    const runs = this.runs.get(eventId);
    const from = Number(cursor ?? 0);
    const data = runs?.slice(from, from + 3).map((run) => {
      const status = run.listStatus ?? run.status;
      const isWrapped = status === 'FAILED' && run.output !== undefined;
      return this.view({ ...run, ...(isWrapped && { output: { error: run.output } }) }, status);
    });
    const hasMore = from + 3 < (runs?.length ?? 0);
    const page = { limit: 3, ...(hasMore ? { hasMore, cursor: String(from + 3) } : {}) };
    return ok({ ...(data?.length ? { data } : {}), metadata: {}, page });
  }

  private runV2(id: string): Answer {
    const run = this.run(id);
    return run ? ok({ data: this.view(run, run.status), metadata: {} }) : notFound();
  }

  private trace(id: string): Answer {
    const run = this.run(id);
    return run ? ok({ data: { runId: id, rootSpan: run.trace ?? {} }, metadata: {} }) : notFound();
  }

  private view(run: FakeRun, status: string): Json {
    const { id, functionId = 'demo-task', queuedAt, startedAt, endedAt, output, waiting } = run;
    const app = { id: this.appId };
    return { app, function: { id: functionId }, id, status, queuedAt, startedAt, endedAt, output, waiting };
  }

  private run(id: string): FakeRun | undefined {
    return [...this.runs.values()].flat().find((run) => run.id === id);
  }

  private functions(): Json[] {
    const ids = new Set([
      'demo-task',
      ...[...this.runs.values()].flat().map((run) => run.functionId ?? 'demo-task'),
    ]);
    return [...ids].map((id) => ({ internal_id: internalIdOf(id), id: `${this.appId}-${id}` }));
  }
}

function internalIdOf(functionId = 'demo-task'): string {
  return `internal-${functionId}`;
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function notFound(): Answer {
  return { status: 404, body: { errors: [{ code: 'not_found', message: 'Run not found' }] } };
}
