import { randomBytes } from 'node:crypto';

/**
 * Creates the ids of OpenTelemetry's spans. A caller can choose the trace id of the first span of a trace. With the
 * same trace id, independent workers add to the same trace and make the same decision about sampling.
 */
export class TraceIds {
  private next: string | undefined;

  /** Runs `work`. A trace that starts in it gets this id. */
  using<T>(traceId: string, work: () => T): T {
    this.next = traceId;
    try {
      return work();
    } finally {
      this.next = undefined;
    }
  }

  readonly generateTraceId = (): string => this.next ?? randomBytes(16).toString('hex');

  readonly generateSpanId = (): string => randomBytes(8).toString('hex');
}
