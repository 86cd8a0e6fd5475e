import type { EmbeddedOptions } from '../settings/embedded-options.js';
import { SigningKey } from './signing-key.js';

/** The server's signing key, and the one that counted before while it is being replaced. */
export class SigningKeys {
  /** Signs calls; undefined in development. */
  readonly current: SigningKey | undefined;
  readonly fallback: SigningKey | undefined;

  /** @throws Error when a key is not hex of an even length, or when there is only a fallback */
  constructor({ signingKey, signingKeyFallback }: EmbeddedOptions) {
    if (signingKeyFallback !== undefined && signingKey === undefined)
      throw new Error('A fallback of the signing key needs a signing key.');
    this.current = signingKey === undefined ? undefined : new SigningKey(signingKey);
    this.fallback = signingKeyFallback === undefined ? undefined : new SigningKey(signingKeyFallback);
  }

  /** Whether callers must show one. */
  get areRequired(): boolean {
    return this.current !== undefined;
  }

  /** Whether `authorization` shows one of them, or its hash, as a bearer token. Constant time. */
  authorize(authorization: string | undefined): boolean {
    const shown = [this.current, this.fallback].map((key) => key?.authorizes(authorization) ?? false);
    return shown.includes(true);
  }
}
