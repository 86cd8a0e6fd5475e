import { Middleware, NonRetriableError, RetryAfterError, StepError } from 'inngest';
import type { Clock } from '../../clock/index.js';
import { retryDelay } from './retry-policy.js';
import { toError } from './to-error.js';
import { toRetryAfter } from './to-retry-after.js';

/** What decides over an error: how often the step, or the function outside of steps, has been tried. */
type Tries = Pick<Middleware.WrapStepHandlerArgs['ctx'], 'attempt' | 'maxAttempts'>;

/**
 * SDK middleware that has failed steps, and functions failing outside of steps, tried again after {@link retryDelay}.
 *
 * It says when by turning the error into a `RetryAfterError` with a date: Inngest keeps a date's milliseconds, while a
 * number of seconds is rounded up and then added to the truncated current second. Left alone are `NonRetriableError`,
 * a `RetryAfterError` of the user's own, the `StepError` of a step that has failed for good (the SDK ends the run
 * with it), and every error of the last attempt. What is thrown and is no error becomes one, {@link toError}.
 *
 * A class per application, because the SDK makes an instance per call and hands it nothing but the client.
 */
export function retryMiddleware(clock: Clock, random: () => number): Middleware.Class {
  const rethrow = (thrown: unknown, { attempt, maxAttempts }: Tries): never => {
    const error = toError(thrown);
    const isLast = maxAttempts !== undefined && attempt + 1 >= maxAttempts;
    if (isLast || decidesItself(error)) throw error;
    throw toRetryAfter(error, new Date(clock.now() + retryDelay(attempt, random)));
  };

  return class RetryMiddleware extends Middleware.BaseMiddleware {
    readonly id = 'nest:retry';

    override wrapStepHandler({ ctx, next }: Middleware.WrapStepHandlerArgs): Promise<unknown> {
      return next().catch((thrown: unknown) => rethrow(thrown, ctx));
    }

    override wrapFunctionHandler({ ctx, next }: Middleware.WrapFunctionHandlerArgs): Promise<unknown> {
      return next().catch((thrown: unknown) => rethrow(thrown, ctx));
    }
  };
}

/** By name too, as the SDK does: an error may come from another copy of it. */
function decidesItself(error: Error): boolean {
  return (
    error instanceof NonRetriableError ||
    error instanceof RetryAfterError ||
    error instanceof StepError ||
    error.name === 'NonRetriableError' ||
    error.name === 'RetryAfterError'
  );
}
