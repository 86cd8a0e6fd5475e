import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiGuard } from './api.guard.js';
import { SigningKeyGuard } from './signing-key.guard.js';

/** Who may call a route: users of the API, or apps. Default: everybody. */
export const AllowedFor = Reflector.createDecorator<'users' | 'apps'>();

/**
 * Checks {@link AllowedFor}. It is a guard of all routes, because those run before the guards of a single route: a request
 * that is not allowed is refused before its body is read.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly users: ApiGuard,
    private readonly apps: SigningKeyGuard,
  ) {}

  /** @throws UnauthorizedException, ForbiddenException, HttpException 429 */
  canActivate(context: ExecutionContext): boolean {
    const allowed = this.reflector.getAllAndOverride(AllowedFor, [context.getHandler(), context.getClass()]);
    if (allowed === undefined) return true;
    return allowed === 'apps' ? this.apps.canActivate(context) : this.users.canActivate(context);
  }
}
