import * as api from '@opentelemetry/api';
import { NodeSDK, tracing as sdkTracing } from '@opentelemetry/sdk-node';
import { TraceIds } from '../../src/tracing/trace-ids.js';
import { Tracing } from '../../src/tracing/tracing.js';

/** A span that has ended. */
export interface RecordedSpan {
  name: string;
  traceId: string;
  spanId: string;
  parent: string | undefined;
  attributes: Record<string, unknown>;
  failed: boolean;
}

/**
 * Sets up OpenTelemetry for one test and keeps the spans in memory. The test must close it, because other tests use the same
 * process.
 */
export class RecordedSpans {
  private readonly exporter = new sdkTracing.InMemorySpanExporter();
  private readonly sdk: NodeSDK;
  readonly tracing: Tracing;

  constructor() {
    const ids = new TraceIds();
    this.sdk = new NodeSDK({
      idGenerator: ids,
      autoDetectResources: false,
      spanProcessors: [new sdkTracing.SimpleSpanProcessor(this.exporter)],
      metricReaders: [],
      logRecordProcessors: [],
    });
    this.sdk.start();
    this.tracing = new Tracing(api, ids);
  }

  get all(): RecordedSpan[] {
    return this.exporter.getFinishedSpans().map((span) => ({
      name: span.name,
      traceId: span.spanContext().traceId,
      spanId: span.spanContext().spanId,
      parent: span.parentSpanContext?.spanId,
      attributes: span.attributes,
      failed: span.status.code === api.SpanStatusCode.ERROR,
    }));
  }

  async close(): Promise<void> {
    await this.sdk.shutdown();
    for (const registered of [api.trace, api.context, api.propagation]) registered.disable();
  }
}
