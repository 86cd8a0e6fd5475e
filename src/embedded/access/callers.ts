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

/** Decides which requests may use the API: those that show the signing key, and those of people who have logged in. */
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

  /** Whether a request may read. Without a signing key, every request may. */
  mayRead(request: Request): boolean {
    return this.judge(request).mayRead;
  }

  /**
   * Checks that a request may do what its method says. A browser also adds the cookie to requests that pages on other
   * ports of this host send. So a request that has only the cookie may change something only if its `Origin` is the
   * dashboard's.
   *
   * @throws UnauthorizedException when the request shows neither the key nor a valid login
   * @throws ForbiddenException when it would change something and comes from another page
   * @throws HttpException 429 when its address has shown too many wrong keys
   */
  assertAllowed(request: Request): void {
    const { mayRead, waitS } = this.judge(request);
    if (!mayRead) refuseCaller(request, waitS);
    const { method, headers } = request;
    if (!this.keys.areRequired || headers.authorization !== undefined || READING.includes(method)) return;
    const own = pageOrigin(this.options, headers.host);
    if (headers.origin !== own)
      throw new ForbiddenException(`With a login, only the dashboard's page at ${own} may change something.`);
  }

  /** @returns whether the request may read, and how many seconds its address must wait after many wrong keys */
  private judge({ headers, socket }: Request): { mayRead: boolean; waitS: number } {
    const { authorization, cookie } = headers;
    if (!this.keys.areRequired) return { mayRead: true, waitS: 0 };
    // If a request has both a key and a cookie, only the key counts.
    if (authorization === undefined) return { mayRead: this.sessions.of(cookie) !== undefined, waitS: 0 };
    const mayRead = this.keys.authorize(authorization);
    return { mayRead, waitS: this.wrongKeys.note(mayRead, socket.remoteAddress ?? '') };
  }
}
