import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { Inngest, type InngestFunction } from 'inngest';
import { serve } from 'inngest/express';
import { INNGEST_PATH } from '../../src/inngest/index.js';
import { silent } from './sdk-functions.js';

/** An SDK app on the machine's own clock. It is registered only when a test syncs it. */
export interface ServedFunctions {
  /** The URL of the functions. */
  readonly url: string;
  readonly port: number;
  readonly client: Inngest;
  /** Replaces the functions. */
  become(define: (client: Inngest) => InngestFunction.Any[]): void;
  close(): Promise<void>;
}

/**
 * Serves functions for the Inngest server at `inngestUrl`.
 *
 * @param port the port to listen on; a free port by default
 */
export async function serveFunctions(
  inngestUrl: string,
  define: (client: Inngest) => InngestFunction.Any[],
  port = 0,
): Promise<ServedFunctions> {
  const client = new Inngest({
    id: 'app',
    baseUrl: inngestUrl,
    isDev: true,
    eventKey: 'test',
    logger: silent,
  });
  let handler = serve({ client, functions: define(client) });
  const app = express();
  app.use(INNGEST_PATH, express.json(), (request, response, next) => handler(request, response, next));
  const http = app.listen(port, '127.0.0.1');
  await once(http, 'listening');
  const { port: listening } = http.address() as AddressInfo;
  return {
    url: `http://localhost:${listening}${INNGEST_PATH}`,
    port: listening,
    client,
    become: (other) => {
      handler = serve({ client, functions: other(client) });
    },
    close: async () => {
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}
