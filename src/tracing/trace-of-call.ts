import type { Middleware } from 'inngest';
import { isRecord } from '../common/is-record.js';
import { parseTraceParent, traceIdOfRun, type TraceParent } from './trace-parent.js';

/** The trace that a call belongs to. */
export interface CallTrace {
  readonly traceId: string;
  /** The span that caused the run; absent when the trace begins with the run. */
  readonly parent?: TraceParent;
}

/**
 * The trace of a call: the one that the run's event names in its `user` field, or else the one in the header with which
 * the real Inngest makes its calls, or else one that the run's id determines. All calls of a run have the same. The span
 * in the header is Inngest's own, which the collector of this worker never sees: so the trace begins with the run.
 */
export async function traceOfCall({
  requestInfo,
  runId,
}: Pick<Middleware.WrapRequestArgs, 'requestInfo' | 'runId'>): Promise<CallTrace> {
  const parent = parseTraceParent(userOf(await requestInfo.body())['traceparent']);
  if (parent) return { traceId: parent.traceId, parent };
  const { traceId = traceIdOfRun(runId) } = parseTraceParent(requestInfo.headers['traceparent']) ?? {};
  return { traceId };
}

function userOf(body: unknown): Record<string, unknown> {
  const event = isRecord(body) ? body['event'] : undefined;
  const user = isRecord(event) ? event['user'] : undefined;
  return isRecord(user) ? user : {};
}
