import type { IncomingMessage } from 'node:http';
import { CloseCode, type Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';

/**
 * The interval of pings, in milliseconds of real time. A client that has not answered by the next ping is disconnected.
 */
const PING_EVERY_MS = 12_000;

/** The data that is kept for a connection. */
export interface ConnectionInfo {
  readonly request: IncomingMessage;
}

/**
 * Serves a WebSocket in the protocol graphql-transport-ws. Each subscription waits until the operating system has
 * accepted its last message, so messages for a slow client do not accumulate.
 *
 * @param isLost called with an error that the client did not cause
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
  // An invalid frame or a message that is too large. The socket closes itself with the matching code.
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
          // `data` is one Buffer, which is the default of the socket.
          take((data as Buffer).toString()).catch((error: unknown) => {
            // The client disconnected while a message was sent, which is not an error.
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
