import type { IncomingMessage } from 'node:http';
import { CloseCode, type Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';

/** How often a connection is looked after, in milliseconds of real time: a client that has not answered by then is gone. */
const PING_EVERY_MS = 12_000;

/** What is known of a connection beside its messages. */
export interface ConnectionInfo {
  readonly request: IncomingMessage;
}

/**
 * Serves a WebSocket in the protocol graphql-transport-ws. Each subscription waits until its last message has been
 * handed to the operating system, so what a slow client does not take is not held for it.
 *
 * @param isLost called with an error that is no client's mistake
 */
export function serveConnection(
  server: Server<ConnectionInfo>,
  socket: WebSocket,
  request: IncomingMessage,
  isLost: (error: unknown) => void,
): void {
  let isAlive = true;
  const pings = setInterval(() => {
    if (!isAlive) return socket.terminate();
    isAlive = false;
    socket.ping();
  }, PING_EVERY_MS);
  pings.unref();
  socket.on('pong', () => (isAlive = true));
  // A frame that is no WebSocket's, or a message that is too large: the socket closes with a code of its own.
  socket.on('error', () => undefined);

  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (text) =>
        new Promise<void>((resolve, reject) => {
          if (socket.readyState !== socket.OPEN) return resolve();
          socket.send(text, (error) => (error ? reject(error) : resolve()));
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (take) => {
        socket.on('message', (data: RawData) => {
          // As one Buffer, unless the socket is told otherwise.
          take((data as Buffer).toString()).catch((error: unknown) => {
            // One that breaks off while it is sent something is nobody's fault.
            if (socket.readyState !== socket.OPEN) return;
            isLost(error);
            socket.close(CloseCode.InternalServerError, 'Internal server error.');
          });
        });
      },
    },
    { request },
  );
  socket.once('close', (code, reason) => {
    clearInterval(pings);
    closed(code, String(reason)).catch(isLost);
  });
}
