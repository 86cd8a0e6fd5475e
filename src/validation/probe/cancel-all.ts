import { TargetError } from '../environment/target-http.js';
import { mapLimited } from './map-limited.js';
import { ASKED_AT_ONCE, type RunSource } from './run-watch.js';

export interface Cancelled {
  /** The number of cancelled runs. */
  readonly count: number;
  /** The ids of runs that could not be cancelled, and of events whose runs could not be found. */
  readonly left: readonly string[];
}

/** How long everything may take, in milliseconds. The user has pressed Ctrl-C and waits for it. */
const PATIENCE_MS = 15_000;

/**
 * Cancels every run of these events that has not ended. If one cannot be cancelled, it continues with the next.
 *
 * @param cancel returns whether the target accepted the request
 * @param now returns milliseconds since 1970
 */
export async function cancelAll(
  eventIds: readonly string[],
  source: Pick<RunSource, 'runsOf'>,
  cancel: (runId: string) => Promise<boolean>,
  now: () => number,
): Promise<Cancelled> {
  const deadline = now() + PATIENCE_MS;
  let count = 0;
  const left: string[] = [];
  /** @returns undefined if the target does not answer, or if the time is over */
  const asked = async <T>(question: () => Promise<T>): Promise<T | undefined> => {
    if (now() >= deadline) return undefined;
    try {
      return await question();
    } catch (error) {
      if (error instanceof TargetError) return undefined;
      throw error;
    }
  };
  await mapLimited(eventIds, ASKED_AT_ONCE, async (eventId) => {
    const runs = await asked(() => source.runsOf(eventId));
    if (runs === undefined) left.push(eventId);
    for (const { id } of runs?.filter(({ endedAt }) => endedAt === undefined) ?? []) {
      if (await asked(() => cancel(id))) count++;
      else left.push(id);
    }
  });
  return { count, left };
}
