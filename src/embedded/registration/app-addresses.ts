import { isLoopback } from '../../guards/index.js';
import { isRecord } from '../../common/is-record.js';

/**
 * All addresses at which an app that registers like this is called: its own, and those of its functions.
 *
 * @returns each once, in the form of {@link addressOf}
 */
export function addressesIn({ url, functions }: { url: unknown; functions: unknown }): string[] {
  const steps = (Array.isArray(functions) ? functions : []).flatMap((fn: unknown) =>
    isRecord(fn) && isRecord(fn['steps']) ? Object.values(fn['steps']) : [],
  );
  const urls = [
    url,
    ...steps.map((step) => isRecord(step) && isRecord(step['runtime']) && step['runtime']['url']),
  ];
  return [...new Set(urls.filter((one) => typeof one === 'string').map(addressOf))];
}

/** A URL without what does not matter for who is called: its query, a slash at its end, by which name this machine is called. */
export function addressOf(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, hostname, port, pathname } = new URL(url);
  const host = isLoopback(hostname) ? 'localhost' : hostname;
  return `${protocol}//${host}:${port}${pathname.replace(/\/+$/, '')}`;
}
