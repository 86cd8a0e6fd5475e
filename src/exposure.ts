import type { Settings } from './config/index.js';
import { isLoopback } from './common/loopback.js';

/**
 * What everybody who reaches the worker may do, and how to change that: the lines of a warning for the start. None when
 * only this machine reaches it, when it has a signing key, or when it is called over a connection that it opens. Where others reach it, it has tokens in any case.
 *
 * @param port where it listens
 */
export function exposureOf({ host, signingKey, inngest, transport }: Settings, port: number): string[] {
  if (isLoopback(host) || signingKey !== undefined || transport === 'connect') return [];
  return [
    `⚠ HOST=${host} without a signing key: everybody who reaches port ${port} of this machine can now`,
    '- run any function with any data, as often as they like (POST /api/inngest)',
    '- read the health of the worker (/health)',
    'Everything else asks for one of the tokens in API_TOKENS.',
    ...(inngest.kind === 'embedded'
      ? ['The embedded Inngest is not a part of this: it listens on 127.0.0.1.']
      : []),
    '',
    'To close it, do one of these:',
    '- HOST=127.0.0.1, when nothing but this machine needs the worker',
    '- INNGEST_SIGNING_KEY and INNGEST_EVENT_KEY, when Inngest signs its calls (embedded, self-hosted, Cloud): functions',
    '  then run for signed calls only',
    `- a firewall that lets only Inngest and your own clients reach port ${port}`,
  ];
}
