import { Middleware } from 'inngest';
import { runInTrace } from './current-trace.js';
import { parentOfCall } from './parent-of-call.js';

/** SDK middleware that makes each call of a function a part of the trace of its run, for log lines. */
export class TraceMiddleware extends Middleware.BaseMiddleware {
  readonly id: string = 'worker:trace';

  override async wrapRequest(call: Middleware.WrapRequestArgs): Promise<Middleware.Response> {
    const { traceId } = await parentOfCall(call);
    return runInTrace(traceId, () => call.next());
  }
}
