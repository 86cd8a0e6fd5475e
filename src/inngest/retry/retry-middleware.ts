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
 * SDK middleware that sets the time of the next attempt of failed steps, and of functions that fail outside of steps,
 * as {@link RetryPolicies} decides.
 *
 * It converts the error to a `RetryAfterError` with a date, because Inngest keeps a date's milliseconds; a number of
 * seconds is rounded up and then added to the truncated current second. It does not change a `NonRetriableError`, a
 * `RetryAfterError` that the user's code threw, the `StepError` of a step that failed after its last attempt (the SDK
 * ends the run with it), and the errors of the last attempt. It converts thrown values that are not Errors with
 * {@link toError}.
 *
 * One class per application, because the SDK creates an instance per call and passes it only the client.
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

/** Also compares the name, as the SDK does, because an error may come from another copy of the SDK. */
function decidesItself(error: Error): boolean {
  return (
    error instanceof NonRetriableError ||
    error instanceof RetryAfterError ||
    error instanceof StepError ||
    error.name === 'NonRetriableError' ||
    error.name === 'RetryAfterError'
  );
}
