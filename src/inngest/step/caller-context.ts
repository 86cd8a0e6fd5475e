import { AsyncLocalStorage } from 'node:async_hooks';
import { Middleware } from 'inngest';

type Snapshot = ReturnType<typeof AsyncLocalStorage.snapshot>;

/**
 * Snapshots of the function's AsyncLocalStorages at its calls of steps: by the context of the call, then by the step's
 * hashed id.
 */
const snapshots = new WeakMap<object, Map<string, Snapshot>>();

/**
 * SDK middleware that stores the asynchronous context in which a function calls each step. The SDK runs the step's
 * handler later from a loop in another context, in which the values that the function put into an AsyncLocalStorage
 * would be missing. It must be the client's last middleware, so that it also captures what the other middleware set.
 */
export class CallerContextMiddleware extends Middleware.BaseMiddleware {
  readonly id = 'nest:caller-context';

  override wrapStep({ ctx, next, stepInfo }: Middleware.WrapStepArgs): Promise<unknown> {
    if (!stepInfo.memoized) {
      const ofCall = snapshots.get(ctx) ?? new Map<string, Snapshot>();
      snapshots.set(ctx, ofCall.set(stepInfo.hashedId, AsyncLocalStorage.snapshot()));
    }
    return next();
  }
}

/** Runs a step's handler in the asynchronous context in which the function called the step. */
export function runInCallerContext<T>(ctx: object, hashedId: string, work: () => T): T {
  const snapshot = snapshots.get(ctx)?.get(hashedId);
  return snapshot ? snapshot(work) : work();
}
