import type { BearerTokens } from '../guards/index.js';
import type { WindowStorage } from './window-storage.js';

/** How many requests a client may send within a period, in milliseconds. A limit of 0 means no limit. */
export interface RequestLimitOptions {
  readonly limit: number;
  readonly windowMs: number;
}

/** Counts requests that do not come by HTTP, such as subscriptions, in the same windows as `RequestLimitGuard`. */
export class RequestLimit {
  constructor(
    private readonly storage: WindowStorage,
    private readonly tokens: BearerTokens,
    private readonly options: RequestLimitOptions,
  ) {}

  /**
   * Counts one request.
   *
   * @param authorization the header that the client sent
   * @returns undefined if the request is accepted; otherwise the reason, and the seconds after which to try again
   */
  async refusalOf(
    authorization: string | undefined,
    address: string,
  ): Promise<{ message: string; retryAfter: number } | undefined> {
    const { limit, windowMs } = this.options;
    if (limit === 0) return undefined;
    const client = clientOf(this.tokens, authorization, address);
    const { isBlocked, timeToBlockExpire: retryAfter } = await this.storage.increment(
      client,
      windowMs,
      limit,
    );
    return isBlocked ? { message: tooManyRequests(limit, windowMs, retryAfter), retryAfter } : undefined;
  }
}

/**
 * The identity of a client for counting: its token; or its IP address if no tokens are required, because clients could
 * then invent tokens.
 */
export function clientOf(tokens: BearerTokens, authorization: string | undefined, address: string): string {
  const token = tokens.indexOf(authorization);
  return token === undefined ? address : `token ${token}`;
}

/** The message of a refusal. */
export function tooManyRequests(limit: number, windowMs: number, retryAfter: number): string {
  return (
    `More than ${limit} requests within ${windowMs / 1_000} s. Try again in ${retryAfter} s, ` +
    'or raise REQUEST_LIMIT.'
  );
}
