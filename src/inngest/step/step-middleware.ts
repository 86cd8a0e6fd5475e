import { Middleware } from 'inngest';
import { getAsyncCtx, runWithAsyncCtx } from 'inngest/experimental';
import { runInCallerContext } from './caller-context.js';
import { runInStep, type InngestStep } from './current-step.js';

/**
 * SDK middleware that implements {@link currentStep}: it runs each step's handler in the context of its step, and with
 * the AsyncLocalStorages of the code that called the step. It needs {@link CallerContextMiddleware}.
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
      // Only the hashed id differs between the iterations of a loop that uses the same step id.
      idempotencyKey: `${ctx.runId}:${stepInfo.hashedId}`,
    };
    // The SDK's own storage names the executing step. The snapshot of the caller was made before that, so it is set
    // again.
    const sdk = await getAsyncCtx();
    const work = (): Promise<unknown> => runInStep(step, next);
    return runInCallerContext(ctx, stepInfo.hashedId, () => (sdk ? runWithAsyncCtx(sdk, work) : work()));
  }
}
