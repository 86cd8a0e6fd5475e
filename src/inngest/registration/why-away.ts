import type { Clock } from '../../clock/index.js';
import { networkReason } from '../../common/error-text.js';
import { ask } from './ask.js';

/** Why Inngest at `url` cannot be reached; undefined when it answers. An answer may take 10 s. */
export async function whyAway(
  clock: Clock,
  fetchIt: typeof fetch,
  url: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { status } = await ask(clock, fetchIt, 'GET', new URL('/health', url).href, signal);
    return status >= 500 ? `HTTP ${status}` : undefined;
  } catch (error) {
    return networkReason(error);
  }
}
