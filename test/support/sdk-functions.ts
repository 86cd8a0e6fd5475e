import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import express, { type RequestHandler } from 'express';
import { Inngest, type ClientOptions, type InngestFunction, type Logger } from 'inngest';
import { serve } from 'inngest/express';
import type { VirtualClock } from '../../src/clock/index.js';
import type { EmbeddedInngestOptions } from '../../src/embedded/index.js';
import { InngestHarness, type Run } from './inngest-harness.js';

const PATH = '/api/inngest';
/** The largest call: 32 MiB of state, and what is around it. */
const BODY_LIMIT = '64mb';

/** Functions fail on purpose in tests; what the SDK says of it is of no use. */
const silent: Logger = {
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  debug: () => undefined,
};

/** Makes functions with an SDK client that is set up for the server. */
export type Define = (client: Inngest, clock: VirtualClock) => InngestFunction.Any[];

export interface SdkOptions {
  client?: Partial<ClientOptions>;
  server?: Omit<EmbeddedInngestOptions, 'clock' | 'port'>;
}

/** What the function returned: the v2 API shows what is no object as `{data: …}`. */
export function returned({ output }: Run): unknown {
  const isWrapped = typeof output === 'object' && output !== null && Object.keys(output).join() === 'data';
  return isWrapped ? (output as { data: unknown }).data : output;
}

/** Serves functions by the SDK's own Express handler, with nothing of this project around them. */
export async function startFunctions(
  define: Define,
  { client, server }: SdkOptions = {},
): Promise<InngestHarness> {
  @Module({})
  class Nothing {}

  let handler: RequestHandler | undefined;
  return InngestHarness.start({
    module: (baseUrl, clock) => {
      handler = handlerOf(define, baseUrl, clock, { id: 'test', ...client });
      return Nothing;
    },
    configure: (app) => {
      app.use(PATH, express.json({ limit: BODY_LIMIT }), handler as RequestHandler);
    },
    ...(server && { server }),
  });
}

/** Another app beside the first, on the same server and clock. */
export class SdkApp {
  private constructor(
    /** Where its functions are served. */
    readonly url: string,
    private readonly stop: () => Promise<void>,
  ) {}

  /** @param port where it listens; a free one by default */
  static async start(
    inngest: InngestHarness,
    id: string,
    define: Define,
    { port = 0, ...client }: Partial<ClientOptions> & { port?: number } = {},
  ): Promise<SdkApp> {
    const app = express();
    app.use(
      PATH,
      express.json({ limit: BODY_LIMIT }),
      handlerOf(define, inngest.server.url, inngest.clock, { ...client, id }),
    );
    const server = app.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://localhost:${(server.address() as AddressInfo).port}${PATH}`;
    await inngest.server.sync(url);
    return new SdkApp(url, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  async close(): Promise<void> {
    await this.stop();
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
    void clock.serving(async () => {
      const closed = once(response, 'close');
      handler(request, response, next);
      await closed;
    });
  };
}
