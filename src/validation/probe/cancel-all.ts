import { TargetError } from '../environment/target-http.js';
import { mapLimited } from './map-limited.js';
import { ASKED_AT_ONCE, type RunSource } from './run-watch.js';

export interface Cancelled {
  /** How many runs were cancelled. */
  readonly count: number;
  /** The runs that go on, and the events whose runs are not known, by their ids. */
  readonly left: readonly string[];
}

/** How long the whole may take, in milliseconds: somebody who has pressed Ctrl-C waits for it. */
const PATIENCE_MS = 15_000;

/**
 * Cancels every run of these events that has not ended. One that cannot be cancelled does not keep it from the next.
 *
 * @param cancel answers whether the target took the request
 * @param now milliseconds since 1970
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
  /** @returns undefined when the target does not answer, or has been waited for long enough */
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
