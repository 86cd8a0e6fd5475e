import type { HttpAnswer } from '../protocol/answer.js';

/** How many redirects of an app are followed for one request. */
export const MOST_REDIRECTS = 5;

/** The statuses with which a request is made again elsewhere as it is: the same method, the same body. */
const REDIRECTS = new Set([307, 308]);

/**
 * Where an app sends a request; undefined when it answers it. As on the real server the query is kept: it names the
 * function and the step.
 *
 * @param url where the request was sent
 * @throws Error when the app sends it to what is no http(s) URL
 */
export function redirectOf(url: string, { status, headers }: Omit<HttpAnswer, 'body'>): string | undefined {
  const location = headers['location'];
  if (!REDIRECTS.has(status) || typeof location !== 'string') return undefined;
  if (!URL.canParse(location, url)) throw new Error(`it redirects to "${location}", which is no URL`);
  const target = new URL(location, url);
  if (!/^https?:$/.test(target.protocol)) {
    throw new Error(`it redirects to "${target.href}", which is no http(s) URL`);
  }
  for (const [name, value] of new URL(url).searchParams) target.searchParams.set(name, value);
  return target.href;
}

/** @throws Error when a redirect leads away from the origin where the app registered */
export function assertStaysAt(registered: string, target: string): void {
  const { origin } = new URL(target);
  if (origin === new URL(registered).origin) return;
  throw new Error(
    `it redirects to ${origin}. With a signing key the embedded Inngest calls only where an app registered: ` +
      'register it there',
  );
}
