import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Callers } from './callers.js';

/**
 * If the server has a signing key, a request to the API must show the key or come with a login of the dashboard.
 */
@Injectable()
export class ApiGuard implements CanActivate {
  constructor(private readonly callers: Callers) {}

  /** @throws UnauthorizedException, ForbiddenException */
  canActivate(context: ExecutionContext): boolean {
    this.callers.assertAllowed(context.switchToHttp().getRequest<Request>());
    return true;
  }
}
