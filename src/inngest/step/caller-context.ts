import { AsyncLocalStorage } from 'node:async_hooks';
import { Middleware } from 'inngest';

type Snapshot = ReturnType<typeof AsyncLocalStorage.snapshot>;

/** What the function's AsyncLocalStorages held when it called a step: by the context of the call, by the step's hashed id. */
const snapshots = new WeakMap<object, Map<string, Snapshot>>();

/**
 * SDK middleware that notes in which asynchronous context a function calls its steps. The SDK runs their handlers later,
 * from a loop of its own, where whatever the function has put into an AsyncLocalStorage would be missing. It has to be
 * the client's last middleware, so that it sees what the others put there.
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
