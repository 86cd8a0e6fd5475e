import { isRecord } from '../../common/is-record.js';
import { InvalidCallError } from '../errors/invalid-call.error.js';
import { queryOf, type EndpointRequest } from './endpoint-request.js';

/**
 * Refuses what has not even the shape of a call: the SDK would take it for a fault of its own, and answer 500. What the
 * parts hold is for the SDK to judge.
 *
 * @param request with its body parsed
 * @throws InvalidCallError
 */
export function assertInngestCall(request: EndpointRequest): void {
  const { body: sent } = request;
  const body: Record<string, unknown> = isRecord(sent) ? sent : {};
  const { ctx, event, events = [], steps = {} } = body;
  const mistakes = [
    isRecord(sent) ? [] : ['the body must be a JSON object'],
    new URLSearchParams(queryOf(request)).getAll('fnId').length === 1
      ? []
      : ['fnId must be given once in the query'],
    isRecord(ctx) && typeof ctx['run_id'] === 'string' ? [] : ['ctx must be an object with a run_id'],
    isRecord(event) ? [] : ['event must be an object'],
    Array.isArray(events) && events.every(isRecord) ? [] : ['events must be an array of objects'],
    isRecord(steps) ? [] : ['steps must be an object'],
  ].flat();
  if (mistakes.length > 0) throw new InvalidCallError(mistakes);
}
