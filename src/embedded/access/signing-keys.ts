import type { EmbeddedOptions } from '../settings/embedded-options.js';
import { SigningKey } from './signing-key.js';

/** The server's signing key, and the earlier one while a key is being replaced. */
export class SigningKeys {
  /** Signs the calls to apps. Undefined if the server has no key. */
  readonly current: SigningKey | undefined;
  /** The earlier key, which callers may still show. */
  readonly fallback: SigningKey | undefined;

  /** @throws Error when a key is not an even number of hex digits, or when only the fallback is set */
  constructor({ signingKey, signingKeyFallback }: EmbeddedOptions) {
    if (signingKeyFallback !== undefined && signingKey === undefined)
      throw new Error('The fallback signing key is set, but the signing key is not.');
    this.current = signingKey === undefined ? undefined : new SigningKey(signingKey);
    this.fallback = signingKeyFallback === undefined ? undefined : new SigningKey(signingKeyFallback);
  }

  /** Whether callers must show a key. */
  get areRequired(): boolean {
    return this.current !== undefined;
  }

  /** Whether `authorization` has one of the keys, or its hash, as a bearer token. Takes constant time. */
  authorize(authorization: string | undefined): boolean {
    const shown = [this.current, this.fallback].map((key) => key?.authorizes(authorization) ?? false);
    return shown.includes(true);
  }
}
