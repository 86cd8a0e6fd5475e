import { isIPv6 } from 'node:net';

/**
 * Addresses that mean this machine, or all of its own, are best called by the name that everybody types; not `::1`, which
 * that name need not lead to.
 */
const LOCAL = new Set(['127.0.0.1', '0.0.0.0', '::', 'localhost']);

/** How people of this machine call a server that listens there, such as `http://localhost:8288`. */
export function listeningUrl(host: string, port: number): string {
  if (LOCAL.has(host)) return `http://localhost:${port}`;
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}`;
}
