import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { EmbeddedOptions } from '../settings/embedded-options.js';
import { SigningKeys } from './signing-keys.js';

/** Outside of development, apps show the signing key, or its hash, as a bearer token. */
@Injectable()
export class SigningKeyGuard implements CanActivate {
  private readonly keys: SigningKeys;

  constructor(options: EmbeddedOptions) {
    this.keys = new SigningKeys(options);
  }

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<Request>();
    if (!this.keys.areRequired || this.keys.authorize(headers.authorization)) return true;
    throw new UnauthorizedException('Authentication failed');
  }
}
