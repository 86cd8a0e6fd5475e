import type { AnswerBudget } from './answer-budget.js';

/** A response is larger than its reader's limit. */
export class BodyTooLargeError extends Error {
  override name = 'BodyTooLargeError';
}

/**
 * Reads the body of an HTTP response, at most `maxBytes` of it.
 *
 * @param what the body's name in the error, such as "the response"
 * @param budget the budget that all bodies share; beyond it reading waits
 * @returns the body as text, decoded as UTF-8; invalid bytes become U+FFFD
 * @throws BodyTooLargeError if the body is larger; the rest of it is not read
 */
export async function readText(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  maxBytes: number,
  what: string,
  budget?: AnswerBudget,
): Promise<string> {
  const share = budget?.share();
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.length;
      if (size > maxBytes) throw new BodyTooLargeError(`${what} is larger than ${maxBytes} bytes`);
      await share?.take(chunk.length);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    share?.release();
  }
}
