import { isIP } from 'node:net';

/**
 * Whether a host name or address means this machine alone.
 *
 * @param host a name, an IPv4 address, or an IPv6 address with or without brackets, as in a setting, a URL or a socket
 */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  if (name === 'localhost' || name === '::1') return true;
  const v4 = name.replace(/^::ffff:/, '');
  return isIP(v4) === 4 && v4.startsWith('127.');
}

/** Whether a server that listens on this host answers at every address of the machine. */
export function isEveryAddress(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
