import type * as Api from '@opentelemetry/api';
import type { TraceIds } from './trace-ids.js';
import type { CallTrace } from './trace-of-call.js';

/** The name of the tracer. */
const TRACER = 'task-queue-worker';

/** The name, kind and attributes of a span. */
export interface SpanAbout {
  readonly name: string;
  readonly kind?: 'server' | 'consumer';
  readonly attributes: Api.Attributes;
}

/** Creates spans with OpenTelemetry's API. It exists only if tracing is on; otherwise the package is not loaded. */
export class Tracing {
  private readonly tracer: Api.Tracer;

  /**
   * @param api the package `@opentelemetry/api`, once a tracer provider and a context manager are registered with it
   * @param ids creates the ids of that provider's spans
   */
  constructor(
    private readonly api: typeof Api,
    private readonly ids: TraceIds,
  ) {
    this.tracer = api.trace.getTracer(TRACER);
  }

  /** The context that a request's headers name. */
  contextIn(headers: Record<string, unknown>): Api.Context {
    return this.api.propagation.extract(this.api.ROOT_CONTEXT, headers);
  }

  /** Starts a span. The caller must end it. */
  start({ name, kind, attributes }: SpanAbout, parent = this.api.context.active()): Api.Span {
    const kinds = { server: this.api.SpanKind.SERVER, consumer: this.api.SpanKind.CONSUMER };
    return this.tracer.startSpan(name, { attributes, ...(kind && { kind: kinds[kind] }) }, parent);
  }

  /** Runs `work` with `span` as the active one. */
  inside<T>(span: Api.Span, work: () => T, parent = this.api.context.active()): T {
    return this.api.context.with(this.api.trace.setSpan(parent, span), work);
  }

  /** Runs `work` inside a span. If `work` fails, the span has an error. */
  async around<T>(
    about: SpanAbout,
    work: (span: Api.Span) => Promise<T>,
    parent = this.api.context.active(),
  ): Promise<T> {
    const span = this.start(about, parent);
    try {
      return await this.inside(span, () => work(span), parent);
    } catch (error) {
      this.failed(span, error);
      throw error;
    } finally {
      span.end();
    }
  }

  /** Like {@link around}, for a call of a function, in the trace of its run. */
  aroundCall<T>(about: SpanAbout, trace: CallTrace, work: (span: Api.Span) => Promise<T>): Promise<T> {
    // The span starts synchronously, before the first `await`, so no other span can get this trace id.
    return this.ids.using(trace.traceId, () => this.around(about, work, this.contextOf(trace)));
  }

  private contextOf({ traceId, parent }: CallTrace): Api.Context {
    if (parent === undefined) return this.api.ROOT_CONTEXT;
    const traceFlags = parent.isSampled ? this.api.TraceFlags.SAMPLED : this.api.TraceFlags.NONE;
    const span = { traceId, spanId: parent.spanId, traceFlags, isRemote: true };
    return this.api.trace.setSpanContext(this.api.ROOT_CONTEXT, span);
  }

  failed(span: Api.Span, error?: unknown): void {
    const message = error instanceof Error ? error.message : undefined;
    if (error instanceof Error) span.recordException(error);
    span.setStatus({ code: this.api.SpanStatusCode.ERROR, ...(message !== undefined && { message }) });
  }

  /** The active span as headers: `traceparent`, and `tracestate` if there is one. */
  carrier(): Record<string, string> {
    const carrier: Record<string, string> = {};
    this.api.propagation.inject(this.api.context.active(), carrier);
    return carrier;
  }
}
