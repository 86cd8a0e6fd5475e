import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hijack, GoSteps, type GoCall, type GoOp } from './go-steps.js';

/** A function as the Go SDK registers it, and its body. */
export interface GoFunction {
  /** The function's id without the app's. */
  id: string;
  /** The name of the event that triggers the function. */
  event: string;
  /** More keys of the registration, spelled as in the Go SDK. */
  config?: Record<string, unknown>;
  retries?: number;
  /** The checkpointing configuration. If set, the function reports finished steps during the call. */
  checkpoint?: Record<string, unknown>;
  body: (step: GoSteps, call: GoCall) => Promise<unknown>;
}

export interface GoAppOptions {
  name: string;
  /** The URL of the Inngest server. */
  inngestUrl: string;
  functions: readonly GoFunction[];
  signingKey?: string;
  /** Registers a URL that redirects (307) to the URL where it serves. */
  isMoved?: boolean;
  /** Answers with status 201 at first, and sends the result of the call at the end of the stream. */
  isStreaming?: boolean;
}

/** The error of a function that must not be retried (`NoRetryError` of the Go SDK). */
export class NoRetryError extends Error {
  override name = 'NoRetryError';
}

const SDK = 'go:v0.15.1';
const BASIC_HEADERS = {
  'content-type': 'application/json',
  'x-inngest-req-version': '2',
  'x-inngest-sdk': SDK,
  'x-inngest-sdk-handled': 'true',
};

/**
 * An app that speaks the protocol as the Go SDK 0.15 does, from its source and recordings: how it registers, how it names and
 * answers steps, and how it reports them. It follows the Go SDK wherever the JavaScript SDK differs.
 */
export class GoApp {
  /** The calls that it received, in order. */
  readonly calls: GoCall[] = [];
  private readonly server: Server;

  private constructor(private readonly options: GoAppOptions) {
    this.server = createServer((request, response) => void this.handle(request, response));
  }

  /** Starts an app and registers it. @throws Error with the server's answer when the server refuses the registration */
  static async start(options: GoAppOptions): Promise<GoApp> {
    const app = new GoApp(options);
    app.server.listen(0, '127.0.0.1');
    await once(app.server, 'listening');
    try {
      await app.register();
    } catch (error) {
      await app.close();
      throw error;
    }
    return app;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  /** The URL that it registers. */
  private get registeredUrl(): string {
    return this.options.isMoved ? `${this.url}moved` : this.url;
  }

  private async register(): Promise<void> {
    const answer = await this.post('/fn/register', this.registration());
    if (answer.status > 299) throw new Error(`error registering functions: ${await answer.text()}`);
  }

  private registration(): object {
    const { name, functions } = this.options;
    return {
      v: '1',
      url: this.registeredUrl,
      deployType: 'ping',
      sdk: SDK,
      framework: '',
      appName: name,
      functions: functions.map((fn) => this.configOf(fn)),
      headers: { env: '', platform: '' },
      idempotencyKey: '',
      capabilities: { in_band_sync: 'v1', trust_probe: 'v1', connect: 'v1' },
    };
  }

  private configOf({ id, event, config, retries, checkpoint }: GoFunction): object {
    const slug = `${this.options.name}-${id}`;
    const query = new URLSearchParams({ fnId: slug, step: 'step' });
    const step = {
      id: 'step',
      name: id,
      runtime: { url: `${this.registeredUrl}?${query.toString()}` },
      retries: retries === undefined ? null : { attempts: retries },
    };
    return {
      name: id,
      id: slug,
      triggers: [{ event }],
      ...(retries !== undefined && { retries }),
      ...(checkpoint && { checkpoint }),
      Singleton: null,
      ...config,
      steps: { step },
    };
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await textOf(request);
    for (const [name, value] of Object.entries(BASIC_HEADERS)) response.setHeader(name, value);
    if (request.method === 'PUT') {
      const problem = await this.register().then(
        () => undefined,
        (error: unknown) => (error as Error).message,
      );
      response.statusCode = problem === undefined ? 200 : 500;
      response.end(problem === undefined ? '' : `${JSON.stringify({ code: 'unknown', message: problem })}\n`);
      return;
    }
    const { pathname, searchParams: query } = new URL(request.url ?? '/', this.url);
    if (pathname === '/moved') {
      response.writeHead(307, { location: '/' }).end();
      return;
    }
    const call = { ...(JSON.parse(body) as Omit<GoCall, 'target'>), target: targetOf(query.get('stepId')) };
    this.calls.push(call);
    const fn = this.options.functions.find(({ id }) => `${this.options.name}-${id}` === query.get('fnId'));
    const { status, headers, json } = fn ? await this.invoke(fn, call) : missing(query.get('fnId'));
    if (this.options.isStreaming) {
      response.writeHead(201).write('  ');
      response.end(`${JSON.stringify({ status, body: json, retryAt: null, noRetry: false, headers })}\n`);
    } else {
      response.writeHead(status, headers).end(`${JSON.stringify(json)}\n`);
    }
  }

  private async invoke(fn: GoFunction, call: GoCall): Promise<Answer> {
    const step = new GoSteps(call, fn.checkpoint && ((ops) => this.report(call, ops)));
    let result: unknown = null;
    let error: unknown;
    try {
      result = await fn.body(step, call);
    } catch (thrown) {
      if (!(thrown instanceof Hijack)) error = thrown;
    }
    const ops = step.unreported;
    const isStepError = ops.some(({ op }) => op === 'StepError' || op === 'StepFailed');
    const noRetry = step.noRetry || error instanceof NoRetryError;
    const headers: Record<string, string> = noRetry ? { 'x-inngest-no-retry': 'true' } : {};
    if (error !== undefined && !isStepError) {
      return { status: 500, headers, json: { message: (error as Error).message } };
    }
    return ops.length > 0
      ? { status: 206, headers, json: ops }
      : { status: 200, headers, json: result ?? null };
  }

  private async report({ ctx }: GoCall, steps: readonly GoOp[]): Promise<boolean> {
    const body = { run_id: ctx.run_id, fn_id: ctx.fn_id, qi_id: ctx.qi_id, steps };
    return (await this.post(`/v1/checkpoint/${ctx.run_id}/async`, body)).ok;
  }

  private post(path: string, body: unknown): Promise<Response> {
    const { inngestUrl, signingKey } = this.options;
    return fetch(inngestUrl + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-inngest-sdk': SDK,
        authorization: `Bearer ${signingKey ?? ''}`,
      },
      body: JSON.stringify(body),
    });
  }
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  json: unknown;
}

function missing(id: string | null): Answer {
  return { status: 410, headers: {}, json: { message: `function not found: ${id}` } };
}

function targetOf(stepId: string | null): string | undefined {
  return stepId === null || stepId === 'step' ? undefined : stepId;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
