import { isIPv6 } from 'node:net';

/**
 * How many of the eight groups of an IPv6 address identify its network (/64). A client usually controls all addresses
 * of its network.
 */
const NETWORK_GROUPS = 4;

/**
 * Identifies a client by its address: an IPv4 address, also if it is written as IPv6; for other IPv6 addresses the
 * network, because one machine can use any number of addresses in it.
 *
 * @param address the remote address of a socket
 */
export function clientNetwork(address: string): string {
  const plain = address.toLowerCase().replace(/^::ffff:(?=\d+\.)/, '');
  if (!isIPv6(plain)) return plain;
  const [withoutZone = ''] = plain.split('%', 1);
  const [head = '', tail] = withoutZone.split('::');
  const before = groupsOf(head);
  const after = groupsOf(tail ?? '');
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups.slice(0, NETWORK_GROUPS).join(':')}::`;
}

function groupsOf(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
