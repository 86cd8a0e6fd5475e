import { createHmac } from 'node:crypto';
import canonicalizeModule from 'canonicalize';
import { sameSecret } from '../../common/same-secret.js';
import { signingKeyHash } from '../../common/signing-key-hash.js';

// The package is CommonJS with types written for a default export.
const canonicalize = canonicalizeModule as unknown as (value: unknown) => string;

/**
 * A signing key: hex digits, with or without a `signkey-<environment>-` prefix. Signatures contain the time of the machine
 * even if the server runs on a virtual clock, because the app checks them against its own clock.
 */
export class SigningKey {
  private readonly hex: string;
  private readonly hash: string;

  /** @throws Error when the key is not an even number of hex digits */
  constructor(key: string) {
    this.hex = key.replace(/^signkey-\w+-/, '');
    if (!/^([0-9a-f]{2})+$/i.test(this.hex)) {
      throw new Error('The signing key must be hexadecimal with an even number of digits.');
    }
    this.hash = signingKeyHash(this.hex);
  }

  /**
   * The value of `x-inngest-signature` for a request.
   *
   * @param body the JSON body; undefined for a request without a body
   * @param wallTime milliseconds since 1970
   */
  sign(body: unknown, wallTime = Date.now()): string {
    const timestamp = String(Math.floor(wallTime / 1_000));
    return `t=${timestamp}&s=${this.digest(body, timestamp)}`;
  }

  /**
   * Whether `authorization` is `Bearer` and this key, as people send it, or its hash, as the SDK sends it. Takes constant
   * time.
   */
  authorizes(authorization: string | undefined): boolean {
    const sent = /^Bearer (?:signkey-\w+-)?([0-9a-f]+)$/i.exec(authorization ?? '')?.[1];
    return sent !== undefined && (sameSecret(sent, this.hex) || sameSecret(sent.toLowerCase(), this.hash));
  }

  /** Whether `text` is this key, with or without its prefix and spaces around it. Takes constant time. */
  is(text: string): boolean {
    return sameSecret(
      text
        .trim()
        .replace(/^signkey-\w+-/, '')
        .toLowerCase(),
      this.hex.toLowerCase(),
    );
  }

  /** The key's digits in lower case, to derive keys for other purposes from. */
  get secret(): string {
    return this.hex.toLowerCase();
  }

  private digest(body: unknown, timestamp: string): string {
    const text = body === undefined ? '' : canonicalize(body);
    return createHmac('sha256', this.hex).update(`${text}${timestamp}`).digest('hex');
  }
}
