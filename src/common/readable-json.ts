import { isUtf8 } from 'node:buffer';
import { BadRequestException, UnsupportedMediaTypeException } from '@nestjs/common';
import { isTooDeep, MAX_JSON_DEPTH, tooDeep } from './json-depth.js';

/** The `verify` option of Express's body parsers. */
export type VerifyBody = (request: unknown, response: unknown, body: Buffer, charset: string) => void;

/**
 * A `verify` for Express's `json()`. It rejects bodies that the parser would misread, and bodies that are nested too
 * deeply for the code that processes them. JSON is UTF-8 (RFC 8259).
 *
 * The function that it returns throws an HttpException: 415 for another charset, 400 for bytes that are not UTF-8 and
 * for JSON that is nested more than `maxDepth` levels deep.
 */
export function readableJson(maxDepth = MAX_JSON_DEPTH): VerifyBody {
  return (_request, _response, body, charset) => {
    if (charset.toLowerCase() !== 'utf-8') {
      throw new UnsupportedMediaTypeException(`Send JSON in UTF-8, not in ${charset}.`);
    }
    if (!isUtf8(body)) throw new BadRequestException('the request body is not valid UTF-8');
    // Brackets, quotes and backslashes have the same bytes in Latin-1, which Node decodes much faster.
    if (body.length > maxDepth && isTooDeep(body.toString('latin1'), maxDepth)) {
      throw new BadRequestException(`the request body is ${tooDeep(maxDepth)}`);
    }
  };
}
