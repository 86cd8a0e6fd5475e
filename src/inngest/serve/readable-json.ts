import { isUtf8 } from 'node:buffer';
import { BadRequestException, UnsupportedMediaTypeException } from '@nestjs/common';

/**
 * How deep arrays and objects may lie in one another in a body: more than the 1,000 levels of what the embedded server
 * takes and a call wraps, and few enough for whoever walks over a value by recursion, `JSON.stringify` to begin with.
 */
const MAX_DEPTH = 1_100;

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
  if (!isUtf8(body)) throw new BadRequestException('The body is not valid UTF-8.');
  // The signs that matter are the same in Latin-1, which is read without a look at each byte.
  if (isTooDeep(body.toString('latin1'))) {
    throw new BadRequestException(`The body is nested too deeply: more than ${MAX_DEPTH} levels.`);
  }
}

function isTooDeep(json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '"') at = endOfText(json, at);
    else if (char === '}' || char === ']') depth--;
    else if ((char === '{' || char === '[') && ++depth > MAX_DEPTH) return true;
  }
  return false;
}

/** @param start where its opening quote is @returns where its closing one is */
function endOfText(json: string, start: number): number {
  let end = json.indexOf('"', start + 1);
  while (end >= 0 && isEscaped(json, end)) end = json.indexOf('"', end + 1);
  return end < 0 ? json.length : end;
}

function isEscaped(json: string, at: number): boolean {
  let backslashes = 0;
  while (json[at - 1 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 1;
}
