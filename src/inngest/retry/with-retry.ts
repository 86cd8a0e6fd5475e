import { assertRetry } from './assert-retry.js';
import type { RetryOptions } from '../definition/retry-options.js';
import { toError } from './to-error.js';

/** The policy of the step that failed with this error. */
const policies = new WeakMap<object, RetryOptions>();

/**
 * Sets the retry policy of one step:
 *
 * ```ts
 * await step.run('charge', withRetry({ delays: ['10s', '1m', '10m'] }, () => this.bank.charge(order)));
 * ```
 *
 * @param retry when the step is tried again; the function's `retries` says how often
 * @param handler the step's handler
 * @returns a handler with the same behaviour
 * @throws InvalidRetryError
 */
export function withRetry<TArgs extends unknown[], TResult>(
  retry: RetryOptions,
  handler: (...args: TArgs) => TResult | Promise<TResult>,
): (...args: TArgs) => Promise<TResult> {
  assertRetry(retry, 'withRetry');
  return async (...args) => {
    try {
      return await handler(...args);
    } catch (thrown) {
      const error = isObject(thrown) ? thrown : toError(thrown);
      policies.set(error, retry);
      throw error;
    }
  };
}

/**
 * The policy that {@link withRetry} set for the step that failed with this error. Middleware may have wrapped the error
 * once.
 */
export function policyOfStep(thrown: unknown): RetryOptions | undefined {
  if (!isObject(thrown)) return undefined;
  const own = policies.get(thrown);
  if (own !== undefined) return own;
  try {
    const { cause } = thrown as { cause?: unknown };
    return isObject(cause) ? policies.get(cause) : undefined;
  } catch {
    // An error may have a getter that throws.
    return undefined;
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
