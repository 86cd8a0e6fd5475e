import type { Middleware } from 'inngest';
import { isRecord } from '../common/is-record.js';
import { parseTraceParent, traceIdOfRun, type TraceParent } from './trace-parent.js';

/** The trace of a call. */
export interface CallTrace {
  readonly traceId: string;
  /** The span that caused the run; absent if the trace starts with the run. */
  readonly parent?: TraceParent;
}

/**
 * Determines the trace of a call, which is the same for all calls of a run. The first of these that exists applies:
 * 1. the trace in the `user` field of the run's event;
 * 2. the trace in the header that the real Inngest sends with its calls. The span in that header is Inngest's, and the
 *    collector of this worker never gets it, so the trace has no parent span here;
 * 3. a trace whose id is computed from the run's id.
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
