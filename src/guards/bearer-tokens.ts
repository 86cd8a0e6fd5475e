import { sameSecret } from '../common/same-secret.js';

/** The value of `WWW-Authenticate` on a 401. */
export const CHALLENGE = 'Bearer realm="worker"';

/** The message of a 401. */
export const NO_TOKEN =
  'Send one of the tokens in API_TOKENS, in the header "Authorization: Bearer <token>". The server reads tokens only from this header.';

/**
 * The tokens that clients send as `Authorization: Bearer <token>`. There can be several, so that one can be replaced
 * while both work. If there are none, no token is required.
 */
export class BearerTokens {
  constructor(private readonly tokens: readonly string[]) {}

  /** Whether clients must send one. */
  get areRequired(): boolean {
    return this.tokens.length > 0;
  }

  /**
   * Whether a request with this `Authorization` may pass. Takes the same time for every wrong token.
   *
   * @param authorization the header. Tokens in URLs are not accepted, because URLs end up in logs
   */
  authorize(authorization: string | undefined): boolean {
    return !this.areRequired || this.indexOf(authorization) !== undefined;
  }

  /** The index of the token in the request's header; undefined if it contains none of them. */
  indexOf(authorization: string | undefined): number | undefined {
    const shown = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (shown === undefined) return undefined;
    // Compare with every token, so that the duration does not depend on which one matches.
    const found = this.tokens.map((token) => sameSecret(token, shown)).indexOf(true);
    return found < 0 ? undefined : found;
  }
}
