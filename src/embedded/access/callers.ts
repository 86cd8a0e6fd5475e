import { ForbiddenException, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { WrongKeys } from '../../guards/index.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { pageOrigin } from './page-origin.js';
import { refuseCaller } from './refuse-caller.js';
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
    private readonly wrongKeys: WrongKeys,
  ) {
    this.keys = new SigningKeys(options);
  }

  /** Whether a request may read. Without a signing key everybody may. */
  mayRead(request: Request): boolean {
    return this.judge(request).mayRead;
  }

  /**
   * Lets a request pass that may do what its method says. A browser adds the cookie to whatever a page sends, also to what
   * pages at other ports of this host do; so where the cookie alone counts, only the dashboard's own page changes things.
   *
   * @throws UnauthorizedException, ForbiddenException, HttpException 429
   */
  assertAllowed(request: Request): void {
    const { mayRead, waitS } = this.judge(request);
    if (!mayRead) refuseCaller(request, waitS);
    const { method, headers } = request;
    if (!this.keys.areRequired || headers.authorization !== undefined || READING.includes(method)) return;
    const own = pageOrigin(this.options, headers.host);
    if (headers.origin !== own)
      throw new ForbiddenException(`Who has logged in changes something from the page at ${own} only.`);
  }

  /** @returns also how many seconds an address that has shown many wrong keys has to wait */
  private judge({ headers, socket }: Request): { mayRead: boolean; waitS: number } {
    const { authorization, cookie } = headers;
    if (!this.keys.areRequired) return { mayRead: true, waitS: 0 };
    // Whoever shows a key is judged by it, whatever the browser sends along.
    if (authorization === undefined) return { mayRead: this.sessions.of(cookie) !== undefined, waitS: 0 };
    const mayRead = this.keys.authorize(authorization);
    return { mayRead, waitS: this.wrongKeys.note(mayRead, socket.remoteAddress ?? '') };
  }
}
