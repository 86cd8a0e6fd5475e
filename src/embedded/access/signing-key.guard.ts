import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { SigningKey } from './signing-key.js';

/** Outside of development, callers show the signing key, or its hash, as a bearer token. */
@Injectable()
export class SigningKeyGuard implements CanActivate {
  private readonly key: SigningKey | undefined;

  constructor(options: EmbeddedOptions) {
    this.key = options.signingKey ? new SigningKey(options.signingKey) : undefined;
  }

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Request>();
    if (!this.key || this.key.authorizes(request.header('authorization'))) return true;
    throw new UnauthorizedException('Authentication failed');
  }
}
