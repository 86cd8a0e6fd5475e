import { json, type Request, type Response } from 'express';
import { readableJson } from '../../common/readable-json.js';
import { INNGEST_BODY_DEPTH, INNGEST_BODY_LIMIT } from '../definition/inngest.constants.js';
import { UnreadableBodyError } from '../errors/unreadable-body.error.js';

/** Any content type: what arrives here is JSON or nothing that could be served. */
const parse = json({ limit: INNGEST_BODY_LIMIT, type: () => true, verify: readableJson(INNGEST_BODY_DEPTH) });

/**
 * Puts the parsed body on `request.body`. A request whose body another parser has read already passes as it is.
 *
 * @throws UnreadableBodyError
 */
export function readJsonBody(request: Request, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    parse(request, response, (error?: unknown) => {
      if (error === undefined) resolve();
      else reject(new UnreadableBodyError(error));
    });
  });
}
