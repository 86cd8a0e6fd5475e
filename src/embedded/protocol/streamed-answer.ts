import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import { excerpt, type HttpAnswer } from './answer.js';

/** The status with which an SDK begins an answer that it streams. */
const STREAMED = 201;

/** An app began to stream an answer, but the stream ended without a valid one. */
export class StreamError extends Error {
  override name = 'StreamError';
}

/**
 * The answer at the end of a stream. An SDK that streams begins with status 201, sends spaces to keep the connection alive,
 * and ends with `{status, headers, body}`. Some SDKs send the body as a string of JSON. Other answers are returned
 * unchanged.
 *
 * @throws StreamError when the stream ends with something else
 */
export function unwrapStreamed(answer: HttpAnswer): HttpAnswer {
  if (answer.status !== STREAMED || answer.headers['x-inngest-sdk'] === undefined) return answer;
  const stream = parseJson(answer.body);
  if (!isRecord(stream) || typeof stream['status'] !== 'number') {
    const reason = isRecord(stream) && typeof stream['error'] === 'string' ? stream['error'] : answer.body;
    throw new StreamError(`error parsing stream: ${excerpt(reason)}`);
  }
  const { status, headers, body } = stream;
  return {
    status,
    headers: { ...answer.headers, ...(isRecord(headers) && textsIn(headers)) },
    body: typeof body === 'string' && parseJson(body) !== undefined ? body : JSON.stringify(body ?? null),
  };
}

function textsIn(headers: Record<string, unknown>): Record<string, string> {
  const texts = Object.entries(headers).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), value as string]));
}
