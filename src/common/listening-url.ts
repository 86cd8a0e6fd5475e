import { isIPv6 } from 'node:net';

/**
 * For these addresses people type `localhost`. `::1` is not among them, because `localhost` may resolve to another
 * address.
 */
const LOCAL = new Set(['127.0.0.1', '0.0.0.0', '::', 'localhost']);

/** The URL of a server that listens there, for use on this machine, such as `http://localhost:8288`. */
export function listeningUrl(host: string, port: number): string {
  if (LOCAL.has(host)) return `http://localhost:${port}`;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
