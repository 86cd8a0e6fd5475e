import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Listens on a free port of this machine and prints the address. */
export function listen(listener: RequestListener): void {
  const server = createServer(listener).listen(0, '127.0.0.1', () => {
    console.log(`ready http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}

const nothing = (): void => undefined;

/** A logger for the SDK that prints errors only. */
export const silentLogger = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: (...what: unknown[]): void => console.error(...what),
};
