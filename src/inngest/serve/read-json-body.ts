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
 * Puts the parsed body of a call (POST) or a sync (PUT) on `request.body`, whatever its content type: what arrives here is
 * JSON or nothing that could be served. A request whose body another parser has read already passes as it is.
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
    // A step may take hours, and needs the text of its call no more.
    request.body = await bodies.json(request, response, { maxBytes, maxDepth: INNGEST_BODY_DEPTH }, true);
  } catch (error) {
    throw new UnreadableBodyError(error);
  }
}
