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

/** An app, by its id, and its functions. */
export type ConnectedApps = Readonly<Record<string, (client: Inngest) => InngestFunction.Any[]>>;

export interface ConnectedOptions {
  client?: Partial<ClientOptions>;
  connect?: Partial<ConnectHandlerOptions>;
}

/** Before 22.4 Node has none. */
export function provideWebSocket(): void {
  if ((globalThis.WebSocket as unknown) === undefined) Object.assign(globalThis, { WebSocket });
}

/** Connects apps to the server by the SDK alone, in this thread; on a virtual clock if the server uses that one too. */
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

/** Resolves when the connection has been lost, and again when there is another one. */
export async function untilState(connection: WorkerConnection, state: ConnectionState): Promise<void> {
  while (connection.state !== state) {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Tells the clock that a call is served here, and when it waits: the server names its call in what it has the SDK echo. */
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
