import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens on a free port of this machine and prints where. */
export function listen(listener: RequestListener): void {
  const server = createServer(listener).listen(0, '127.0.0.1', () => {
    console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}

const nothing = (): void => undefined;

/** Errors are shown; the bench wants no other output of the SDK. */
export const silentLogger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: (...what: unknown[]): void => console.error(...what),
};
