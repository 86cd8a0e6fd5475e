import { isIPv6 } from 'node:net';

/** How many of the eight groups of an IPv6 address name its network: whoever has one address there has them all. */
const NETWORK_GROUPS = 4;

/**
 * What tells clients apart by their addresses: an IPv4 address, also one that is written as IPv6; of other IPv6
 * addresses the network, since one machine has as many addresses in it as it likes.
 *
 * @param address as a socket has it
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
