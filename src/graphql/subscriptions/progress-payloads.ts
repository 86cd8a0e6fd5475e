import type { FollowedRun } from '../../runs/index.js';
import type { DemoTaskProgressType } from '../types/progress.types.js';

/**
 * The payloads of a subscription to a run's progress. `return()` works at any time, also during a wait, which a
 * generator would not support.
 *
 * @param after the id of the last progress that the subscriber has received
 */
export function progressPayloads(
  followed: FollowedRun,
  after: string | undefined,
): AsyncIterableIterator<DemoTaskProgressType> {
  const ending = new AbortController();
  const end = (): void => {
    ending.abort();
    followed.leave();
  };
  const isOver = after !== undefined && followed.knowsTheEnd(after);
  const told = followed.progress(ending.signal, after);
  const done = { done: true, value: undefined } as const;
  const payloads: AsyncIterableIterator<DemoTaskProgressType> = {
    [Symbol.asyncIterator]: () => payloads,
    next: async () => {
      const { done: ended, value } = isOver || ending.signal.aborted ? done : await told.next();
      if (ended) {
        end();
        return done;
      }
      return { done: false, value: { id: value.id, ...value.event } };
    },
    return: () => {
      end();
      return Promise.resolve(done);
    },
  };
  return payloads;
}
