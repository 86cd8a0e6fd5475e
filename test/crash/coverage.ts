import { KILLS_A_ROUND, KINDS } from './due-while-down.js';
import type { Outcome } from './outcome.js';

/** Functions whose flow control must have refused something: what it forgets would not be noticed otherwise. */
const REFUSING = ['single', 'limited'];

/**
 * What a campaign did not put to the test, a sentence each: without it, that nothing was found says little. Fewer kills
 * than a round may leave something out.
 */
export function notCovered({ kills, underWay, dueWhileDown, refused, disturbances }: Outcome): string[] {
  if (kills < KILLS_A_ROUND) return [];
  const inCalls = underWay.filter((calls) => calls > 0).length;
  return [
    ...(inCalls * 2 > kills ? [] : [`calls were under way at only ${inCalls} of ${kills} kills`]),
    ...(disturbances.locks.count > 0 ? [] : ['no other process held the lock of the file']),
    ...(disturbances.suspensions.count > 0 ? [] : ['no server was suspended']),
    ...KINDS.filter((kind) => !dueWhileDown.has(kind)).map((kind) => `no ${kind} came due while down`),
    ...REFUSING.filter((fn) => !refused.has(fn)).map((fn) => `no event was refused for "${fn}"`),
  ];
}
