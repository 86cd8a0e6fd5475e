import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type RequestHandler } from 'express';
import { Inngest, type ClientOptions, type InngestFunction, type Logger } from 'inngest';
import { serve } from 'inngest/express';
import type { VirtualClock } from '../../src/clock/index.js';
import { INNGEST_PATH } from '../../src/inngest/index.js';
import { InngestHarness, type Run, type ServedApp, type ServerOptions } from '../../src/testing/nest.js';

/** The largest call carries 32 MiB of state and some more data. */
const BODY_LIMIT = '64mb';

/** A logger for the SDK that prints nothing: functions fail on purpose in tests. */
export const silent: Logger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};

/** Creates functions with an SDK client that is configured for the server. */
export type Define = (client: Inngest, clock: VirtualClock) => InngestFunction.Any[];

export interface SdkOptions {
  client?: Partial<ClientOptions>;
  server?: ServerOptions;
}

/** The return value of the function. The v2 API wraps an output that is not an object as `{data: …}`. */
export function returned({ output }: Run): unknown {
  const isWrapped = typeof output === 'object' && output !== null && Object.keys(output).join() === 'data';
  return isWrapped ? (output as { data: unknown }).data : output;
}

/** Serves functions with the SDK's Express handler alone, without this project's Nest module. */
export function startFunctions(define: Define, { client, server }: SdkOptions = {}): Promise<InngestHarness> {
  return InngestHarness.around(async (inngestUrl, clock) => {
    const listener = await Listener.on(0);
    listener.handler = handlerOf(define, inngestUrl, clock, { id: 'test', ...client });
    return listener;
  }, server);
}

/** Listens on a local port and serves the handler at the path of the functions. */
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
  /** The port to listen on; a free port by default. */
  port?: number;
  /** Answers a `PUT` with its functions (in-band sync), instead of sending a registration request. */
  inBand?: boolean;
}

/** A second app on the same server and clock. */
export class SdkApp {
  private constructor(
    private readonly inngest: InngestHarness,
    private readonly listener: Listener,
    private readonly inBand: boolean,
  ) {}

  /** Starts an app and syncs it. */
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

  /** Starts an app that is not synced yet. */
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

  /** The URL of the functions. */
  get url(): string {
    return this.listener.url + INNGEST_PATH;
  }

  /** Replaces the app's functions (and its id if it differs), and syncs the app. */
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

/** Runs calls (POST) inside the clock's `serving`, so that the virtual clock knows when they wait. */
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
