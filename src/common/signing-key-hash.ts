import { createHash } from 'node:crypto';

/**
 * The form in which clients show a signing key to Inngest's API, as the SDK does: the SHA-256 of its hexadecimal digits,
 * in hex, behind the key's own `signkey-<environment>-` prefix if it has one.
 */
export function signingKeyHash(signingKey: string): string {
  const [prefix = ''] = /^signkey-\w+-/.exec(signingKey) ?? [];
  const key = Buffer.from(signingKey.slice(prefix.length), 'hex');
  return prefix + createHash('sha256').update(key).digest('hex');
}
