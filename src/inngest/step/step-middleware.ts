import { Middleware } from 'inngest';
import { runInStep } from './current-step.js';

/** SDK middleware behind {@link currentStep}: runs each step's handler in the context of its step. */
export class StepMiddleware extends Middleware.BaseMiddleware {
  readonly id = 'nest:step-context';

  override wrapStepHandler({ ctx, fn, next, stepInfo }: Middleware.WrapStepHandlerArgs): Promise<unknown> {
    return runInStep(
      {
        runId: ctx.runId,
        functionId: fn.id(),
        stepId: stepInfo.options.id,
        attempt: ctx.attempt,
        // The hashed id, because it alone tells apart the rounds of a loop that uses one step id again and again.
        idempotencyKey: `${ctx.runId}:${stepInfo.hashedId}`,
      },
      next,
    );
  }
}
