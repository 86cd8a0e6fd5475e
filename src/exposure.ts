import type { Settings } from './config/index.js';
import { isLoopback } from './common/loopback.js';

/**
 * The warning at the start, as lines: what anyone who can reach the worker may do, and how to prevent it. Empty if only
 * this
 * machine can reach the worker, if it has a signing key, or if it receives its calls over a connection. A worker that
 * other
 * machines can reach always has tokens.
 *
 * @param port the port on which the worker listens
 */
export function exposureOf({ host, signingKey, inngest, transport }: Settings, port: number): string[] {
  if (isLoopback(host) || signingKey !== undefined || transport === 'connect') return [];
  return [
    `⚠ HOST=${host} without a signing key: anyone who can reach port ${port} of this machine can now`,
    '- run any function with any data, as often as they like (POST /api/inngest)',
    '- read the health of the worker (/health)',
    'Everything else requires one of the tokens in API_TOKENS.',
    ...(inngest.kind === 'embedded'
      ? ['The embedded Inngest is not affected: it listens on 127.0.0.1.']
      : []),
    '',
    'To prevent this, do one of the following:',
    '- Set HOST=127.0.0.1, if only this machine needs the worker.',
    '- Set INNGEST_SIGNING_KEY and INNGEST_EVENT_KEY, if Inngest signs its calls (embedded, self-hosted, Cloud). The worker',
    '  then executes only signed calls.',
    `- Use a firewall that lets only Inngest and your own clients reach port ${port}.`,
  ];
}
