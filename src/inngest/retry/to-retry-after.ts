import { RetryAfterError } from 'inngest';

/**
 * The same error to everyone who reads it (name, message, stack, cause, code and whatever else it carries), and a
 * `RetryAfterError` to the SDK, which goes by the class and its `retryAfter`.
 */
export function toRetryAfter(error: Error, when: Date): RetryAfterError {
  const retry = new RetryAfterError(error.message, when);
  const { retryAfter } = retry;
  Object.assign(retry, error);
  const { name, message, stack, cause } = error;
  for (const [key, value] of Object.entries({ name, message, stack, cause, retryAfter })) {
    // Not enumerable, as an error's own fields are, so that a logger prints nothing new.
    Object.defineProperty(retry, key, { value, enumerable: false, configurable: true, writable: true });
  }
  return retry;
}
