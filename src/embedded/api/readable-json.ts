import { isUtf8 } from 'node:buffer';
import { BadRequestException, UnsupportedMediaTypeException } from '@nestjs/common';
import { isTooDeep, TOO_DEEP } from '../protocol/json-depth.js';

/**
 * For body parsers (`verify`): refuses what they would read as something else than was sent, or what nobody behind them
 * could handle. JSON travels in UTF-8 (RFC 8259).
 *
 * @throws HttpException 415 for another charset, 400 for bytes that are not UTF-8 and for JSON that is nested too deeply
 */
export function readableJson(_request: unknown, _response: unknown, body: Buffer, charset: string): void {
  if (charset.toLowerCase() !== 'utf-8') {
    throw new UnsupportedMediaTypeException(`Send JSON in UTF-8, not in ${charset}.`);
  }
  if (!isUtf8(body)) throw new BadRequestException('the request body is not valid UTF-8');
  // The signs that matter are the same in Latin-1, which is read without a look at each byte.
  if (isTooDeep(body.toString('latin1'))) throw new BadRequestException(`the request body is ${TOO_DEEP}`);
}
