import { Middleware } from 'inngest';
import { isRecord } from '../common/is-record.js';
import { runInTrace } from './current-trace.js';
import { traceOfCall } from './trace-of-call.js';
import type { Tracing } from './tracing.js';

/**
 * SDK middleware that sets the run's trace during each call of a function, for log lines. With OpenTelemetry it also
 * creates spans for the call and for each step that the call executes, and adds the current span to sent events.
 *
 * @param tracing undefined if OpenTelemetry is off
 */
export function traceMiddleware(tracing?: Tracing): Middleware.Class {
  return tracing ? withSpans(tracing) : TraceMiddleware;
}

class TraceMiddleware extends Middleware.BaseMiddleware {
  readonly id: string = 'worker:trace';

  override async wrapRequest(call: Middleware.WrapRequestArgs): Promise<Middleware.Response> {
    const { traceId } = await traceOfCall(call);
    return runInTrace(traceId, () => call.next());
  }
}

function withSpans(tracing: Tracing): Middleware.Class {
  return class SpanMiddleware extends TraceMiddleware {
    override async wrapRequest(call: Middleware.WrapRequestArgs): Promise<Middleware.Response> {
      const { fn, runId } = call;
      if (fn === null) return super.wrapRequest(call);
      const attributes = { 'inngest.function.id': fn.id(), 'inngest.run.id': runId };
      const about = { name: `run ${fn.id()}`, kind: 'consumer' as const, attributes };
      const trace = await traceOfCall(call);
      return tracing.aroundCall(about, trace, async (span) => {
        const response = await runInTrace(trace.traceId, () => call.next());
        span.setAttribute('http.response.status_code', response.status);
        // The function threw, or the call could not be served.
        if (response.status >= 400) tracing.failed(span);
        return response;
      });
    }

    override wrapStepHandler({ ctx, fn, stepInfo, next }: Middleware.WrapStepHandlerArgs): Promise<unknown> {
      const attributes = {
        'inngest.function.id': fn.id(),
        'inngest.run.id': ctx.runId,
        'inngest.step.id': stepInfo.options.id,
        'inngest.attempt': ctx.attempt,
      };
      return tracing.around({ name: `step ${stepInfo.options.id}`, attributes }, () => next());
    }

    override transformSendEvent(args: Middleware.TransformSendEventArgs): Middleware.TransformSendEventArgs {
      const carrier = tracing.carrier();
      return { ...args, events: args.events.map((event) => ({ ...event, ...carriedBy(event, carrier) })) };
    }
  };
}

/**
 * Adds the trace to an event's `user` field, not to `data`, so that DTOs and keys made from the data are not affected.
 * It keeps the sender's other fields of `user`.
 */
function carriedBy(event: object, carrier: Record<string, string>): { user?: Record<string, unknown> } {
  if (Object.keys(carrier).length === 0) return {};
  const { user } = event as { user?: unknown };
  if (user !== undefined && user !== null && !isRecord(user)) return {};
  return { user: { ...carrier, ...user } };
}
