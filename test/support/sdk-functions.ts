import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { Inngest, type ClientOptions, type InngestFunction, type Logger } from 'inngest';
import { serve } from 'inngest/express';
import type { VirtualClock } from '../../src/clock/index.js';
import { INNGEST_PATH } from '../../src/inngest/index.js';
import { InngestHarness, type Run, type ServedApp, type ServerOptions } from '../../src/testing/nest.js';

/** The largest call: 32 MiB of state, and what is around it. */
const BODY_LIMIT = '64mb';

/** Functions fail on purpose in tests; what the SDK says of it is of no use. */
export const silent: Logger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};

/** Makes functions with an SDK client that is set up for the server. */
export type Define = (client: Inngest, clock: VirtualClock) => InngestFunction.Any[];

export interface SdkOptions {
  client?: Partial<ClientOptions>;
  server?: ServerOptions;
}

/** What the function returned: the v2 API shows what is no object as `{data: …}`. */
export function returned({ output }: Run): unknown {
  const isWrapped = typeof output === 'object' && output !== null && Object.keys(output).join() === 'data';
  return isWrapped ? (output as { data: unknown }).data : output;
}

/** Serves functions by the SDK's own Express handler, with nothing of this project around them. */
export function startFunctions(define: Define, { client, server }: SdkOptions = {}): Promise<InngestHarness> {
  return InngestHarness.around(async (inngestUrl, clock) => {
    const listener = await Listener.on(0);
    listener.handler = handlerOf(define, inngestUrl, clock, { id: 'test', ...client });
    return listener;
  }, server);
}

/** Listens at a local port, and has a handler answer at the functions' path. */
class Listener implements ServedApp {
  handler: RequestHandler | undefined;
  readonly port: number;

  private constructor(private readonly http: HttpServer) {
    this.port = (http.address() as AddressInfo).port;
  }

  static async on(port: number): Promise<Listener> {
    const app = express();
    const http = app.listen(port, '127.0.0.1');
    await once(http, 'listening');
    const listener = new Listener(http);
    app.use(INNGEST_PATH, express.json({ limit: BODY_LIMIT }), (request, response, next) =>
      listener.handler?.(request, response, next),
    );
    return listener;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  async close(): Promise<void> {
    this.http.closeAllConnections();
    this.http.close();
    await once(this.http, 'close');
  }
}

export interface SdkAppOptions extends Partial<ClientOptions> {
  /** Where it listens; a free port unless given. */
  port?: number;
  /** Answers a `PUT` with its functions, rather than registering by a request of its own. */
  inBand?: boolean;
}

/** Another app beside the first, on the same server and clock. */
export class SdkApp {
  private constructor(
    private readonly inngest: InngestHarness,
    private readonly listener: Listener,
    private readonly inBand: boolean,
  ) {}

  /** Starts it, and has it register. */
  static async start(
    inngest: InngestHarness,
    id: string,
    define: Define,
    { port = 0, inBand = false, ...client }: SdkAppOptions = {},
  ): Promise<SdkApp> {
    const app = new SdkApp(inngest, await Listener.on(port), inBand);
    try {
      await app.become(id, define, client);
      return app;
    } catch (error) {
      await app.close();
      throw error;
    }
  }

  /** Starts it, and leaves it to register itself. */
  static async listen(
    inngest: InngestHarness,
    id: string,
    define: Define,
    { port = 0, inBand = false, ...client }: SdkAppOptions = {},
  ): Promise<SdkApp> {
    const app = new SdkApp(inngest, await Listener.on(port), inBand);
    app.serve(id, define, client);
    return app;
  }

  get port(): number {
    return this.listener.port;
  }

  /** Where its functions are served. */
  get url(): string {
    return this.listener.url + INNGEST_PATH;
  }

  /** Serves these functions from now on, and registers them, under another id if need be. */
  async become(id: string, define: Define, client: Partial<ClientOptions> = {}): Promise<void> {
    this.serve(id, define, client);
    await this.inngest.server.sync(this.url);
  }

  close(): Promise<void> {
    return this.listener.close();
  }

  private serve(id: string, define: Define, client: Partial<ClientOptions>): void {
    const handler = handlerOf(define, this.inngest.server.url, this.inngest.clock, { ...client, id });
    this.listener.handler = (request, response, next) => {
      if (this.inBand) request.headers['x-inngest-sync-kind'] = 'in_band';
      handler(request, response, next);
    };
  }
}

/** Calls (POST) run inside of the clock's `serving`, so that virtual time knows when they wait. */
function handlerOf(
  define: Define,
  baseUrl: string,
  clock: VirtualClock,
  options: ClientOptions,
): RequestHandler {
  const client = new Inngest({
    baseUrl,
    isDev: options.signingKey === undefined,
    eventKey: 'test',
    logger: silent,
    ...options,
  });
  const handler = serve({ client, functions: define(client, clock) });
  return (request, response, next) => {
    if (request.method !== 'POST') {
      handler(request, response, next);
      return;
    }
    void clock.serving(request.headers, async () => {
      const closed = once(response, 'close');
      handler(request, response, next);
      await closed;
    });
  };
}
