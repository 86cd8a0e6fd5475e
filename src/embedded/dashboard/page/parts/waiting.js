import { capital, clockTime, localTimes, ordinal } from './format.js';

/** @import { RunView } from '../../../api/v2/answer-types/run.js' */

/**
 * Why a run does not go on now, in a few words; undefined if it does not wait.
 *
 * @param {RunView} run
 * @param {number} now
 */
export function waitingWords({ waiting, maxAttempts }, now) {
  if (!waiting) return undefined;
  const reason = localTimes(waiting.reason, now);
  const until = waiting.until === undefined ? '' : clockTime(waiting.until, { now });
  const next =
    waiting.attempt === undefined
      ? ''
      : `the ${ordinal(waiting.attempt + 1)}${maxAttempts ? ` of ${maxAttempts} attempts` : ' attempt'}`;
  return capital(
    [reason, until && !reason.includes(until) ? `until ${until}` : '', next].filter(Boolean).join(', '),
  );
}
