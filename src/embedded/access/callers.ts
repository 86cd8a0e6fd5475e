import type { IncomingMessage } from 'node:http';
import { ForbiddenException, Injectable, UnauthorizedException } from '@nestjs/common';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { pageOrigin } from './page-origin.js';
import { Sessions } from './sessions.js';
import { SigningKeys } from './signing-keys.js';

/** Methods that change nothing. */
const READING = ['GET', 'HEAD', 'OPTIONS'];

/** Tells who may use the API: programs that show the signing key, and people who have logged in. */
@Injectable()
export class Callers {
  private readonly keys: SigningKeys;

  constructor(
    private readonly options: EmbeddedOptions,
    private readonly sessions: Sessions,
  ) {
    this.keys = new SigningKeys(options);
  }

  /** Whether a request may read. Without a signing key everybody may. */
  mayRead({ headers }: IncomingMessage): boolean {
    if (!this.keys.areRequired) return true;
    // Whoever shows a key is judged by it, whatever the browser sends along.
    if (headers.authorization !== undefined) return this.keys.authorize(headers.authorization);
    return this.sessions.of(headers.cookie) !== undefined;
  }

  /**
   * Lets a request pass that may do what its method says. A browser adds the cookie to whatever a page sends, also to what
   * pages at other ports of this host do; so where the cookie alone counts, only the dashboard's own page changes things.
   *
   * @throws UnauthorizedException, ForbiddenException
   */
  assertAllowed(request: IncomingMessage): void {
    if (!this.mayRead(request)) throw new UnauthorizedException('Authentication failed');
    const { method = '', headers } = request;
    if (!this.keys.areRequired || headers.authorization !== undefined || READING.includes(method)) return;
    const own = pageOrigin(this.options, headers.host);
    if (headers.origin !== own)
      throw new ForbiddenException(`Who has logged in changes something from the page at ${own} only.`);
  }
}
