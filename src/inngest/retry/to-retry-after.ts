import { RetryAfterError } from 'inngest';

/**
 * Wraps an error in a `RetryAfterError`, because the SDK checks the class and reads `retryAfter`. It copies everything
 * else of the original error: name, message, stack, cause, code and all other fields.
 */
export function toRetryAfter(error: Error, when: Date): RetryAfterError {
  const retry = new RetryAfterError(error.message, when);
  const { retryAfter } = retry;
  Object.assign(retry, error);
  const { name, message, stack, cause } = error;
  for (const [key, value] of Object.entries({ name, message, stack, cause, retryAfter })) {
    // Not enumerable, like an error's built-in fields, so that loggers print nothing new.
    Object.defineProperty(retry, key, { value, enumerable: false, configurable: true, writable: true });
  }
  return retry;
}
