import type { Inngest } from 'inngest';
import type { Clock } from '../../clock/index.js';
import { networkReason } from '../../common/error-text.js';
import { signingKeyHash } from '../../common/signing-key-hash.js';
import { outcomeOf, type SyncOutcome } from '../definition/sync-outcome.js';

/** How long the answer of Inngest may take, in milliseconds. */
const TIMEOUT_MS = 10_000;

/** The properties of the client that this request needs. */
type Asking = Pick<Inngest, 'apiBaseUrl'> & {
  readonly signingKey?: string | undefined;
  readonly signingKeyFallback?: string | undefined;
};

/**
 * Sends the SDK's request for a gateway, which the SDK sends before it connects, to find out why the SDK cannot
 * connect: the SDK does not report the reason. A successful answer is not used.
 *
 * @returns undefined if Inngest would let this application connect
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
