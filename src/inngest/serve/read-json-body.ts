import type { ServerResponse } from 'node:http';
import type { BodyReader } from '../../common/bodies/index.js';
import {
  INNGEST_BODY_DEPTH,
  INNGEST_BODY_LIMIT,
  INNGEST_SYNC_LIMIT,
} from '../definition/inngest.constants.js';
import { UnreadableBodyError } from '../errors/unreadable-body.error.js';
import type { EndpointRequest } from './endpoint-request.js';

/**
 * Sets `request.body` to the parsed body of a call (POST) or a sync (PUT). It parses any content type as JSON, because
 * the endpoint accepts nothing else. A body that another parser has already read stays as it is.
 *
 * @throws UnreadableBodyError
 */
export async function readJsonBody(
  bodies: BodyReader,
  request: EndpointRequest,
  response: ServerResponse,
): Promise<void> {
  if (request.body !== undefined || request.readableEnded) return;
  const maxBytes = request.method === 'POST' ? INNGEST_BODY_LIMIT : INNGEST_SYNC_LIMIT;
  try {
    // The text of the call can be released after parsing, because a step may take hours.
    request.body = await bodies.json(request, response, { maxBytes, maxDepth: INNGEST_BODY_DEPTH }, true);
  } catch (error) {
    throw new UnreadableBodyError(error);
  }
}
