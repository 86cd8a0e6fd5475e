import type { BearerTokens } from '../guards/index.js';
import type { WindowStorage } from './window-storage.js';

/** How many requests a client may send within a time, in milliseconds; 0 requests are any number. */
export interface RequestLimitOptions {
  readonly limit: number;
  readonly windowMs: number;
}

/** Counts what clients send beside requests by HTTP, in the same windows as `RequestLimitGuard` counts those. */
export class RequestLimit {
  constructor(
    private readonly storage: WindowStorage,
    private readonly tokens: BearerTokens,
    private readonly options: RequestLimitOptions,
  ) {}

  /**
   * Counts one request more.
   *
   * @param authorization as the client showed it
   * @returns undefined when it may be answered; otherwise why not, and after how many seconds it may
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

/** As what a client is counted: a token; where no tokens are asked for, an address, as everybody could make tokens up there. */
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
