import { Inngest, type ClientOptions, type InngestFunction, Middleware } from 'inngest';
import {
  connect,
  type ConnectionState,
  type ConnectHandlerOptions,
  type WorkerConnection,
} from 'inngest/connect';
import { WebSocket } from 'undici';
import type { Clock } from '../../src/clock/index.js';
import { silent } from './sdk-functions.js';

/** The functions of each app, by app id. */
export type ConnectedApps = Readonly<Record<string, (client: Inngest) => InngestFunction.Any[]>>;

export interface ConnectedOptions {
  client?: Partial<ClientOptions>;
  connect?: Partial<ConnectHandlerOptions>;
}

/** Provides a global WebSocket for Node before 22, which has none. */
export function provideWebSocket(): void {
  if ((globalThis.WebSocket as unknown) === undefined) Object.assign(globalThis, { WebSocket });
}

/** Connects apps to the server with the SDK only, in this thread. If the server uses a virtual clock, the apps use it too. */
export async function connectApps(
  inngest: { readonly server: { readonly url: string }; readonly clock: Clock },
  apps: ConnectedApps,
  { client: clientOptions, connect: options }: ConnectedOptions = {},
): Promise<WorkerConnection> {
  provideWebSocket();
  return connect({
    instanceId: 'test',
    isolateExecution: false,
    handleShutdownSignals: [],
    ...options,
    apps: Object.entries(apps).map(([id, define]) => {
      const client = new Inngest({
        id,
        baseUrl: inngest.server.url,
        isDev: clientOptions?.signingKey === undefined,
        eventKey: 'test',
        logger: silent,
        checkpointing: false,
        middleware: inngest.clock.isVirtual ? [onClock(inngest.clock)] : [],
        ...clientOptions,
      });
      return { client, functions: define(client) };
    }),
  });
}

/** Resolves when the connection has this state. */
export async function untilState(connection: WorkerConnection, state: ConnectionState): Promise<void> {
  while (connection.state !== state) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/**
 * Middleware that tells the virtual clock when this process serves a call and when the call waits. The server identifies its call
 * in `systemTraceCtx`, which the SDK passes on.
 */
function onClock(clock: Clock): Middleware.Class {
  return class extends Middleware.BaseMiddleware {
    readonly id = 'test:clock';

    override wrapRequest({ next, requestArgs }: Middleware.WrapRequestArgs): Promise<Middleware.Response> {
      const [{ systemTraceCtx }] = requestArgs as [{ systemTraceCtx: Uint8Array }];
      const headers = JSON.parse(Buffer.from(systemTraceCtx).toString()) as Record<string, string>;
      return clock.serving(headers, next);
    }
  };
}
