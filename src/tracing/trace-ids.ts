import { randomBytes } from 'node:crypto';

/**
 * Makes the ids of OpenTelemetry's spans. A span that begins a trace may be given the id of the trace, so that workers that
 * know nothing of each other begin the same one, and decide alike whether it is sampled.
 */
export class TraceIds {
  private next: string | undefined;

  /** Runs `work`, in which a trace that begins has this id. */
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
