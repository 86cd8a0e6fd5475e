import { createHash } from 'node:crypto';

/**
 * The form in which clients, such as the SDK, send a signing key to Inngest's API: the key's `signkey-<environment>-`
 * prefix, if it has one, and the SHA-256 of its hexadecimal digits, in hex.
 */
export function signingKeyHash(signingKey: string): string {
  const [prefix = ''] = /^signkey-\w+-/.exec(signingKey) ?? [];
  const key = Buffer.from(signingKey.slice(prefix.length), 'hex');
  return prefix + createHash('sha256').update(key).digest('hex');
}
