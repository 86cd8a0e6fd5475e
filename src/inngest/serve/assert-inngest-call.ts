import { isRecord } from '../../common/is-record.js';
import { InvalidCallError } from '../errors/invalid-call.error.js';
import { queryOf, type EndpointRequest } from './endpoint-request.js';

/**
 * Rejects a request that does not have the form of a call. For such a request the SDK would report an internal error
 * (500). The SDK validates the content of the parts.
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
