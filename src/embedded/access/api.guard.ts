import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { Callers } from './callers.js';

/** Outside of development, whoever uses the API shows the signing key or has logged in to the dashboard. */
@Injectable()
export class ApiGuard implements CanActivate {
  constructor(private readonly callers: Callers) {}

  /** @throws UnauthorizedException, ForbiddenException */
  canActivate(context: ExecutionContext): boolean {
    this.callers.assertAllowed(context.switchToHttp().getRequest<Request>());
    return true;
  }
}
