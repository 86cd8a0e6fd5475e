import { isRecord } from '../../common/is-record.js';
import { parseJson } from '../../common/parse-json.js';
import { excerpt, type HttpAnswer } from './answer.js';

/** The status with which an SDK begins an answer that it streams. */
const STREAMED = 201;

/** An answer that an app began to stream and that is not one in the end. */
export class StreamError extends Error {
  override name = 'StreamError';
}

/**
 * The answer inside a streamed one. An SDK that streams begins with status 201, keeps the connection alive with spaces,
 * and ends with `{status, headers, body}`; some write the body as JSON in a text. Other answers are returned as they are.
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
