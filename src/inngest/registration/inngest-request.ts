import type { Clock } from '../../clock/index.js';
import { readText } from '../../common/bodies/index.js';

/** The largest answer, in bytes, so that a wrong server at Inngest's address cannot fill the memory. */
const LARGEST_ANSWER = 4 * 1024 * 1024;

/**
 * How long an answer may take, in milliseconds. The Dev Server needs some milliseconds; its answer to a sync includes
 * one of ours.
 */
const TIMEOUT_MS = 10_000;

export interface Answer {
  status: number;
  text: string;
}

/**
 * Sends a request for registration or health. Virtual time stands still during the request; otherwise its jumps would
 * make the request time out.
 *
 * @param timeoutMs how long the answer may take
 * @throws TypeError as `fetch` does, BodyTooLargeError, or the abort reason
 */
export async function requestInngest(
  clock: Clock,
  fetchIt: typeof fetch,
  method: 'GET' | 'PUT',
  url: string,
  signal: AbortSignal,
  headers: Record<string, string> = {},
  timeoutMs: number = TIMEOUT_MS,
): Promise<Answer> {
  const timeout = new AbortController();
  const release = clock.hold(`${method} ${url}`);
  const cancel = clock.after(
    timeoutMs,
    () => timeout.abort(new Error(`no answer within ${timeoutMs / 1000} s`)),
    'background',
  );
  try {
    const response = await fetchIt(url, {
      method,
      headers,
      signal: AbortSignal.any([signal, timeout.signal]),
    });
    const text = await readText(response.body ?? [], LARGEST_ANSWER, 'the answer');
    return { status: response.status, text };
  } finally {
    cancel();
    release();
  }
}
