import { createHash } from 'node:crypto';

/** Where a piece of work belongs in a trace: what W3C's `traceparent` says. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the span that caused the work. */
  readonly spanId: string;
  readonly isSampled: boolean;
}

const TRACE_PARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Reads a `traceparent`; undefined when it is none. */
export function parseTraceParent(value: unknown): TraceParent | undefined {
  const [, traceId, spanId, flags] = (typeof value === 'string' && TRACE_PARENT.exec(value)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** The id of the trace of a run that nothing else names one for: every worker finds the same one for the same run. */
export function traceIdOfRun(runId: string): string {
  return createHash('sha256').update(`trace of run ${runId}`).digest('hex').slice(0, 32);
}
