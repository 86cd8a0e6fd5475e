import type { Middleware } from 'inngest';
import { isRecord } from '../common/is-record.js';
import { parseTraceParent, traceParentOfRun, type TraceParent } from './trace-parent.js';

/**
 * What caused a call: the span that the run's event names in its `user` field, or else the one in the header with which
 * the real Inngest makes its calls, or else one that the run's id determines. All calls of a run have the same.
 */
export async function parentOfCall({
  requestInfo,
  runId,
}: Pick<Middleware.WrapRequestArgs, 'requestInfo' | 'runId'>): Promise<TraceParent> {
  const user = userOf(await requestInfo.body());
  return (
    parseTraceParent(user['traceparent']) ??
    parseTraceParent(requestInfo.headers['traceparent']) ??
    traceParentOfRun(runId)
  );
}

function userOf(body: unknown): Record<string, unknown> {
  const event = isRecord(body) ? body['event'] : undefined;
  const user = isRecord(event) ? event['user'] : undefined;
  return isRecord(user) ? user : {};
}
