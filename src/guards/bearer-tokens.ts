import { sameSecret } from '../common/same-secret.js';

/** The value of `WWW-Authenticate` on a 401. */
export const CHALLENGE = 'Bearer realm="worker"';

/** The message of a 401. It does not say which tokens would be right. */
export const NO_TOKEN =
  'Send one of the tokens in API_TOKENS, in the header "Authorization: Bearer <token>". It is read nowhere else.';

/**
 * The tokens that clients show as `Authorization: Bearer <token>`; several, so that one can be replaced while both count.
 * Without any, nothing is asked for.
 */
export class BearerTokens {
  constructor(private readonly tokens: readonly string[]) {}

  /** Whether clients must show one. */
  get areRequired(): boolean {
    return this.tokens.length > 0;
  }

  /**
   * Whether a request with this `Authorization` may pass. Takes the same time for every wrong token.
   *
   * @param authorization the header; it alone counts, because addresses with a token in them end up in logs
   */
  authorize(authorization: string | undefined): boolean {
    return !this.areRequired || this.indexOf(authorization) !== undefined;
  }

  /** Which of the tokens a request shows, counted from 0; undefined for none of them. */
  indexOf(authorization: string | undefined): number | undefined {
    const shown = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1];
    if (shown === undefined) return undefined;
    // Each is compared, whichever is right.
    const found = this.tokens.map((token) => sameSecret(token, shown)).indexOf(true);
    return found < 0 ? undefined : found;
  }
}
