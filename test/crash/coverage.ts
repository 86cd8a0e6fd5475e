import { KILLS_A_ROUND, KINDS } from './due-while-down.js';
import type { Outcome } from './outcome.js';

/** Functions whose flow control must have refused an event. Otherwise a server that forgets its limits would go unnoticed. */
const REFUSING = ['single', 'limited'];

/**
 * What a campaign did not test, one sentence each: only a campaign that tests everything shows that nothing breaks. Returns
 * nothing for a campaign with fewer kills than one round.
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
