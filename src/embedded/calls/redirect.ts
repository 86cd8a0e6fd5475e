import type { HttpAnswer } from '../protocol/answer.js';

/** How many redirects the server follows for one request to an app. */
export const MAX_REDIRECTS = 5;

/** The redirect statuses that keep the method and the body. */
const REDIRECTS = new Set([307, 308]);

/**
 * The URL to which an app redirects a request; undefined if the answer is no redirect. It keeps the request's query, which
 * names the function and the step, as the real server does.
 *
 * @param url the URL of the request
 * @throws Error when the target is not an http(s) URL
 */
export function redirectOf(url: string, { status, headers }: Omit<HttpAnswer, 'body'>): string | undefined {
  const location = headers['location'];
  if (!REDIRECTS.has(status) || typeof location !== 'string') return undefined;
  if (!URL.canParse(location, url)) throw new Error(`it redirects to "${location}", which is not a URL`);
  const target = new URL(location, url);
  if (!/^https?:$/.test(target.protocol)) {
    throw new Error(`it redirects to "${target.href}", which is not an http(s) URL`);
  }
  for (const [name, value] of new URL(url).searchParams) target.searchParams.set(name, value);
  return target.href;
}

/** @throws Error when a redirect leads to another origin than the one at which the app registered */
export function assertStaysAt(registered: string, target: string): void {
  const { origin } = new URL(target);
  if (origin === new URL(registered).origin) return;
  throw new Error(
    `it redirects to ${origin}. With a signing key the embedded Inngest calls an app only at the origin where it ` +
      'registered: register the app there',
  );
}
