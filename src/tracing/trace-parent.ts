import { createHash } from 'node:crypto';

/** The position of a piece of work in a trace, as in W3C's `traceparent`. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The span that caused the work: 16 hexadecimal digits. */
  readonly spanId: string;
  readonly isSampled: boolean;
}

const TRACE_PARENT =
  /^(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

/** Parses a `traceparent`; undefined if it is invalid. */
export function parseTraceParent(value: unknown): TraceParent | undefined {
  const [, traceId, spanId, flags] = (typeof value === 'string' && TRACE_PARENT.exec(value)) || [];
  if (traceId === undefined || spanId === undefined || flags === undefined) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/**
 * Computes the trace id of a run for which nothing else names a trace. Every worker computes the same id for the same
 * run.
 */
export function traceIdOfRun(runId: string): string {
  return createHash('sha256').update(`trace of run ${runId}`).digest('hex').slice(0, 32);
}
