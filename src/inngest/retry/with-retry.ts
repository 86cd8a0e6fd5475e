import { assertRetry } from './assert-retry.js';
import type { RetryOptions } from '../definition/retry-options.js';
import { toError } from './to-error.js';

/** The policy of the step that failed with this error. */
const policies = new WeakMap<object, RetryOptions>();

/**
 * Gives one step a retry policy of its own:
 *
 * ```ts
 * await step.run('charge', withRetry({ delays: ['10s', '1m', '10m'] }, () => this.bank.charge(order)));
 * ```
 *
 * @param retry when the step is tried again; how often is the function's `retries`
 * @param handler the step's handler
 * @returns a handler that does the same
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

/** The policy that {@link withRetry} gave the step that failed with this; middleware may have wrapped the error once. */
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
