import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type RequestHandler } from 'express';
import { Inngest, type Context, type InngestFunction, type Logger } from 'inngest';
import { createDefer } from 'inngest/experimental';
import { serve } from 'inngest/express';
import type { FunctionSpec, Tools } from '../scenario.js';
import { Recorder } from './recorder.js';
import type { Target } from './target.js';

/** The largest call carries 32 MiB of state and some more data. */
const BODY_LIMIT = '64mb';

/** What an app needs to know of its server. */
export type Upstream = Pick<Target, 'url' | 'clock' | 'eventKey' | 'signingKey'>;

/** A logger for the SDK that prints nothing: functions fail on purpose here. */
const silent: Logger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};

/**
 * An app as a user would write it, with the unmodified SDK and Express. It records the calls that it receives and its answers.
 */
export class ConformanceApp {
  private constructor(
    readonly id: string,
    /** The URL of the functions. */
    readonly url: string,
    readonly recorder: Recorder,
    private readonly server: Server,
  ) {}

  /** @param port the port to listen on; a free one by default */
  static async start(
    id: string,
    specs: readonly FunctionSpec[],
    target: Upstream,
    port = 0,
  ): Promise<ConformanceApp> {
    const recorder = new Recorder(target.clock);
    const client = new Inngest({
      id,
      baseUrl: target.url,
      isDev: target.signingKey === undefined,
      eventKey: target.eventKey,
      ...(target.signingKey !== undefined && { signingKey: target.signingKey }),
      appVersion: '1.2.3',
      fetch: recorder.fetch,
      logger: silent,
    });
    const app = express();
    const server = createServer(app as Express & RequestHandler);
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const handler = serve({ client, functions: createFunctions(client, specs, target), serveOrigin: origin });
    app.use(express.json({ limit: BODY_LIMIT }));
    app.use('/api/inngest', recorder.recordApp, brokenOnPurpose(id, specs), inTime(target, handler));
    return new ConformanceApp(id, `${origin}/api/inngest`, recorder, server);
  }

  /** Registers with the server. A `PUT` makes the SDK do that. */
  async register(): Promise<void> {
    const response = await fetch(this.url, { method: 'PUT' });
    const text = await response.text();
    if (!response.ok) throw new Error(`The functions were not registered: ${text}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}

/** Creates the SDK functions for the functions of the table. */
export function createFunctions(
  client: Inngest,
  specs: readonly FunctionSpec[],
  target: Upstream,
): InngestFunction.Any[] {
  const created = new Map<string, InngestFunction.Any>();
  const tools: Tools = {
    inngest: client,
    clock: target.clock,
    fn: (id) => {
      const fn = created.get(id);
      if (!fn) throw new Error(`There is no function "${id}" in the table.`);
      return fn;
    },
  };
  const handled = (body: FunctionSpec['body']) => (context: unknown) => body(context as Context, tools);
  for (const { id, triggers = [{ event: id }], options, body, onFailure, deferred } of specs) {
    const fn = deferred
      ? createDefer(client, { ...options, id }, handled(body))
      : client.createFunction(
          { ...options, id, triggers, ...(onFailure && { onFailure: handled(onFailure) }) },
          handled(body),
        );
    created.set(id, fn as InngestFunction.Any);
  }
  return [...created.values()];
}

/** Runs calls (POST) inside the clock's `serving`, so that the virtual clock knows when they wait. */
function inTime(target: Upstream, handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (request.method !== 'POST') {
      handler(request, response, next);
      return;
    }
    void target.clock.serving(request.headers, async () => {
      const closed = once(response, 'close');
      handler(request, response, next);
      await closed;
    });
  };
}

function brokenOnPurpose(appId: string, specs: readonly FunctionSpec[]): RequestHandler {
  return (request, response, next) => {
    const { fnId } = request.query;
    const spec = specs.find(({ id }) => `${appId}-${id}` === fnId);
    const { ctx } = (request.body ?? {}) as { ctx?: { attempt?: number } };
    const instead = spec?.instead?.(ctx?.attempt ?? 0);
    if (instead) response.status(instead.status).type('html').send(instead.body);
    else next();
  };
}
