import { HttpException, HttpStatus, Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { BearerTokens } from '../guards/index.js';

/**
 * Answers 429 with `Retry-After` to a client that sends too many requests, before the body is read. All routes count
 * together,
 * except those with `@SkipThrottle()`. A client is identified by its token or, if no tokens are required, by its IP
 * address,
 * because clients could then invent tokens.
 */
@Injectable()
export class RequestLimitGuard extends ThrottlerGuard {
  @Inject(BearerTokens)
  private readonly tokens!: BearerTokens;

  /** Skips GraphQL resolvers, because their request has already been counted. */
  protected override shouldSkip(context: ExecutionContext): Promise<boolean> {
    return Promise.resolve(context.getType<string>() !== 'http');
  }

  protected override getTracker(request: { headers: Record<string, string | undefined> }): Promise<string> {
    const token = this.tokens.indexOf(request.headers['authorization']);
    return token === undefined ? super.getTracker(request) : Promise.resolve(`token ${token}`);
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
        message:
          `More than ${limit} requests within ${ttl / 1_000} s. Try again in ${timeToBlockExpire} s, ` +
          'or raise REQUEST_LIMIT.',
      },
      HttpStatus.TOO_MANY_REQUESTS,
    );
  }
}
