import { Middleware, NonRetriableError, RetryAfterError, StepError } from 'inngest';
import type { RetryPolicies } from './retry-policies.js';
import { toError } from './to-error.js';
import { toRetryAfter } from './to-retry-after.js';

/** What decides over an error: how often the step, or the function outside of steps, has been tried. */
interface Tries {
  readonly ctx: Pick<Middleware.WrapStepHandlerArgs['ctx'], 'attempt' | 'maxAttempts'>;
  readonly fn: Pick<Middleware.WrapStepHandlerArgs['fn'], 'id'>;
}

/**
 * SDK middleware that has failed steps, and functions failing outside of steps, tried again at the time that {@link RetryPolicies} names.
 *
 * It says when by turning the error into a `RetryAfterError` with a date: Inngest keeps a date's milliseconds, while a
 * number of seconds is rounded up and then added to the truncated current second. Left alone are `NonRetriableError`,
 * a `RetryAfterError` of the user's own, the `StepError` of a step that has failed for good (the SDK ends the run
 * with it), and every error of the last attempt. What is thrown and is no error becomes one, {@link toError}.
 *
 * A class per application, because the SDK makes an instance per call and hands it nothing but the client.
 */
export function retryMiddleware(policies: RetryPolicies): Middleware.Class {
  const rethrow = (thrown: unknown, { ctx: { attempt, maxAttempts }, fn }: Tries): never => {
    const error = toError(thrown);
    const isLast = maxAttempts !== undefined && attempt + 1 >= maxAttempts;
    if (isLast || decidesItself(error)) throw error;
    throw toRetryAfter(error, policies.timeOf({ functionId: fn.id(), attempt, thrown, error }));
  };

  return class RetryMiddleware extends Middleware.BaseMiddleware {
    readonly id = 'nest:retry';

    override wrapStepHandler({ ctx, fn, next }: Middleware.WrapStepHandlerArgs): Promise<unknown> {
      return next().catch((thrown: unknown) => rethrow(thrown, { ctx, fn }));
    }

    override wrapFunctionHandler({ ctx, fn, next }: Middleware.WrapFunctionHandlerArgs): Promise<unknown> {
      return next().catch((thrown: unknown) => rethrow(thrown, { ctx, fn }));
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
