import { Middleware } from 'inngest';
import { getAsyncCtx, runWithAsyncCtx } from 'inngest/experimental';
import { runInCallerContext } from './caller-context.js';
import { runInStep, type InngestStep } from './current-step.js';

/**
 * SDK middleware behind {@link currentStep}: runs each step's handler in the context of its step, and in the
 * AsyncLocalStorages of the code that called the step. Needs {@link CallerContextMiddleware}.
 */
export class StepMiddleware extends Middleware.BaseMiddleware {
  readonly id = 'nest:step-context';

  override async wrapStepHandler({
    ctx,
    fn,
    next,
    stepInfo,
  }: Middleware.WrapStepHandlerArgs): Promise<unknown> {
    const step: InngestStep = {
      runId: ctx.runId,
      functionId: fn.id(),
      stepId: stepInfo.options.id,
      attempt: ctx.attempt,
      // The hashed id, because it alone tells apart the rounds of a loop that uses one step id again and again.
      idempotencyKey: `${ctx.runId}:${stepInfo.hashedId}`,
    };
    // The SDK's own storage says which step runs; the caller's has not heard of that.
    const sdk = await getAsyncCtx();
    const work = (): Promise<unknown> => runInStep(step, next);
    return runInCallerContext(ctx, stepInfo.hashedId, () => (sdk ? runWithAsyncCtx(sdk, work) : work()));
  }
}
