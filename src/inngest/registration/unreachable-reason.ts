import type { Clock } from '../../clock/index.js';
import { networkReason } from '../../common/error-text.js';
import { requestInngest } from './inngest-request.js';
import { reasonOf } from '../definition/sync-outcome.js';

/**
 * Why Inngest at `url` is unreachable, or the error that it answers; undefined if it answers normally.
 *
 * @param timeoutMs how long the answer may take; by default that of {@link requestInngest}
 */
export async function unreachableReason(
  clock: Clock,
  fetchIt: typeof fetch,
  url: string,
  signal: AbortSignal,
  timeoutMs?: number,
): Promise<string | undefined> {
  try {
    const health = new URL('/health', url).href;
    const { status, text } = await requestInngest(clock, fetchIt, 'GET', health, signal, {}, timeoutMs);
    return status >= 500 || status === 429 ? reasonOf(status, text) : undefined;
  } catch (error) {
    return networkReason(error);
  }
}
