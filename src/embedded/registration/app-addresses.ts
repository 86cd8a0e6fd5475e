import { isLoopback } from '../../common/loopback.js';
import { isRecord } from '../../common/is-record.js';
import { valueOf } from '../protocol/spelling.js';

/**
 * The addresses of an app and its functions in its answer to a sync request. Do not use it for a registration: calls go to
 * the URLs of the parsed functions.
 *
 * @returns the addresses without repetitions, in the form of {@link addressOf}
 */
export function addressesIn({ url, functions }: { url: unknown; functions: unknown }): string[] {
  const steps = (Array.isArray(functions) ? functions : []).flatMap((fn: unknown) => {
    const ofFunction = isRecord(fn) ? valueOf(fn, 'steps') : undefined;
    return isRecord(ofFunction) ? Object.values(ofFunction) : [];
  });
  const urls = steps.map((step) => {
    const runtime = isRecord(step) ? valueOf(step, 'runtime') : undefined;
    return isRecord(runtime) ? valueOf(runtime, 'url') : undefined;
  });
  return [...new Set([url, ...urls].filter((one) => typeof one === 'string').map(addressOf))];
}

/** The address of a URL: without its query and a slash at its end, and with one name for this machine. */
export function addressOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, hostname, port, pathname } = new URL(url);
  const host = isLoopback(hostname) ? 'localhost' : hostname;
  return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, '')}`;
}
