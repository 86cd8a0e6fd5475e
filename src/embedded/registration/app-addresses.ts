import { isLoopback } from '../../common/loopback.js';
import { isRecord } from '../../common/is-record.js';
import { valueOf } from '../protocol/spelling.js';

/**
 * The addresses that an app says it and its functions have, when it is asked. Not to be used for what it registers: only
 * the functions as they are stored tell where calls go.
 *
 * @returns each once, in the form of {@link addressOf}
 */
export function addressesSaidBy({ url, functions }: { url: unknown; functions: unknown }): string[] {
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

/** A URL without what does not matter for who is called: its query, a slash at its end, by which name this machine is called. */
export function addressOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, hostname, port, pathname } = new URL(url);
  const host = isLoopback(hostname) ? 'localhost' : hostname;
  return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, '')}`;
}
