import { HttpException, HttpStatus, Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import type { Request } from 'express';
import { BearerTokens } from '../guards/index.js';
import { clientOf, tooManyRequests } from './request-limit.js';

/**
 * Answers 429 with `Retry-After` to a client that sends too many requests, before the body is read. All routes count
 * together, except those with `@SkipThrottle()`.
 */
@Injectable()
export class RequestLimitGuard extends ThrottlerGuard {
  @Inject(BearerTokens)
  private readonly tokens!: BearerTokens;

  /** Skips GraphQL resolvers, because their request has already been counted. */
  protected override shouldSkip(context: ExecutionContext): Promise<boolean> {
    return Promise.resolve(context.getType<string>() !== 'http');
  }

  protected override getTracker({ headers, ip }: Request): Promise<string> {
    return Promise.resolve(clientOf(this.tokens, headers.authorization, ip ?? ''));
  }

  protected override generateKey(_context: ExecutionContext, client: string): string {
    return client;
  }

  protected override throwThrottlingException(
    _context: ExecutionContext,
    { limit, ttl, timeToBlockExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    throw new HttpException(
      {
        statusCode: HttpStatus.TOO_MANY_REQUESTS,
        error: 'Too Many Requests',
        message: tooManyRequests(limit, ttl, timeToBlockExpire),
      },
      HttpStatus.TOO_MANY_REQUESTS,
    );
  }
}
