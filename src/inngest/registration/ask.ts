import type { Clock } from '../../clock/index.js';

/** How long an answer may take. The Dev Server's takes milliseconds; its answer to a sync includes one of ours. */
const TIMEOUT_MS = 10_000;

export interface Answer {
  status: number;
  text: string;
}

/**
 * One HTTP request of the housekeeping kind. Virtual time stands still meanwhile, or its leaps would make the request
 * look slow.
 *
 * @throws TypeError as `fetch` does, or the abort reason
 */
export async function ask(
  clock: Clock,
  fetchIt: typeof fetch,
  method: 'GET' | 'PUT',
  url: string,
  signal: AbortSignal,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const timeout = new AbortController();
  const release = clock.hold(`${method} ${url}`);
  const cancel = clock.after(
    TIMEOUT_MS,
    () => timeout.abort(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)),
    'background',
  );
  try {
    const response = await fetchIt(url, {
      method,
      headers,
      signal: AbortSignal.any([signal, timeout.signal]),
    });
    return { status: response.status, text: await response.text() };
  } finally {
    cancel();
    release();
  }
}
