import { createHash, createHmac } from 'node:crypto';
import canonicalizeModule from 'canonicalize';

// The package is CommonJS, but its types declare a default export.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string;

/**
 * Signs a body as the protocol specifies: HMAC-SHA-256 over the canonical JSON and the time in seconds.
 *
 * @param body undefined signs a request without a body
 * @param wallTime milliseconds since 1970 on the wall clock, because the app compares it with its own wall clock
 */
export function signatureOf(body: unknown, key: string, wallTime = Date.now()): string {
  const seconds = String(Math.floor(wallTime / 1_000));
  const text = body === undefined ? '' : canonicalize(body);
  const digest = createHmac('sha256', partsOf(key).hex)
    .update(text + seconds)
    .digest('hex');
  return `t=${seconds}&s=${digest}`;
}

/** What clients send in place of a signing key: the key's prefix and its hash. */
export function hashOf(signingKey: string): string {
  const { prefix, hex } = partsOf(signingKey);
  return prefix + createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex');
}

function partsOf(signingKey: string): { prefix: string; hex: string } {
  const [, prefix = '', hex = ''] = /^(signkey-\w+-)?(.*)$/.exec(signingKey) ?? [];
  return { prefix, hex };
}
