import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { WrongKeys } from '../../guards/index.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { refuseCaller } from './refuse-caller.js';
import { SigningKeys } from './signing-keys.js';

/** Outside of development, apps show the signing key, or its hash, as a bearer token. */
@Injectable()
export class SigningKeyGuard implements CanActivate {
  private readonly keys: SigningKeys;

  constructor(
    options: EmbeddedOptions,
    private readonly wrongKeys: WrongKeys,
  ) {
    this.keys = new SigningKeys(options);
  }

  /** @throws UnauthorizedException, HttpException 429 */
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    const { authorization } = request.headers;
    if (!this.keys.areRequired) return true;
    const isRight = this.keys.authorize(authorization);
    const waitS =
      authorization === undefined ? 0 : this.wrongKeys.note(isRight, request.socket.remoteAddress ?? '');
    return isRight || refuseCaller(request, waitS);
  }
}
