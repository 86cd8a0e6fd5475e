import type { IncomingMessage } from 'node:http';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { WrongKeys } from '../../guards/index.js';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { refuseCaller } from './refuse-caller.js';
import { SigningKeys } from './signing-keys.js';

/** If the server has a signing key, apps must show the key or its hash as a bearer token. */
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
    if (this.hasRightKey(request)) return true;
    const isWrong = request.headers.authorization !== undefined;
    return refuseCaller(request, isWrong ? this.wrongKeys.note(false, addressOf(request)) : 0);
  }

  /** Whether the request shows one of the keys, or needs none. */
  hasRightKey(request: IncomingMessage): boolean {
    if (!this.keys.areRequired) return true;
    const isRight = this.keys.authorize(request.headers.authorization);
    if (isRight) this.wrongKeys.note(true, addressOf(request));
    return isRight;
  }
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? '';
}
