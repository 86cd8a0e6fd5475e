import type { Inngest } from 'inngest';
import type { Clock } from '../../clock/index.js';
import { networkReason } from '../../common/error-text.js';
import { signingKeyHash } from '../../common/signing-key-hash.js';
import { outcomeOf, type SyncOutcome } from '../definition/sync-outcome.js';

/** How long Inngest may take to say where to connect, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** What of the client is needed to ask as the SDK does. */
type Asking = Pick<Inngest, 'apiBaseUrl'> & {
  readonly signingKey?: string | undefined;
  readonly signingKeyFallback?: string | undefined;
};

/**
 * Asks Inngest for a connection, as the SDK does before it connects, to learn what the SDK does not tell: why it cannot.
 * Nothing comes of the answer.
 *
 * @returns undefined when Inngest would let this application connect
 */
export async function problemWithConnecting(
  clock: Clock,
  fetchIt: typeof fetch,
  { apiBaseUrl, signingKey, signingKeyFallback }: Asking,
  signal: AbortSignal,
): Promise<SyncOutcome | undefined> {
  const timeout = new AbortController();
  const cancel = clock.after(
    TIMEOUT_MS,
    () => timeout.abort(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`)),
    'background',
  );
  const release = clock.hold('asking Inngest where to connect');
  const ask = (key: string | undefined): Promise<Response> =>
    fetchIt(new URL('/v0/connect/start', apiBaseUrl), {
      method: 'POST',
      headers: {
        'content-type': 'application/protobuf',
        ...(key !== undefined && { authorization: `Bearer ${signingKeyHash(key)}` }),
      },
      signal: AbortSignal.any([signal, timeout.signal]),
    });
  try {
    let answer = await ask(signingKey);
    if (answer.status === 401 && signingKeyFallback !== undefined) answer = await ask(signingKeyFallback);
    const text = await answer.text();
    return answer.ok ? undefined : outcomeOf(answer.status, text);
  } catch (error) {
    return { kind: 'unreachable', reason: networkReason(error) };
  } finally {
    cancel();
    release();
  }
}
