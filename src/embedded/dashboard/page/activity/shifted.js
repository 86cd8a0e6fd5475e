/** @import { Activity, FunctionActivity } from '../../../api/v2/answer-types/activity.js' */

/**
 * The activity at a later time if nothing has changed since: the same calls execute, and no run has started.
 *
 * @param {Activity} activity
 * @param {number} now in milliseconds since 1970
 * @returns {Activity}
 */
export function shifted(activity, now) {
  const from = Date.parse(activity.from);
  const length = activity.functions[0]?.starts.length ?? 0;
  const passed = Math.floor((now - from) / activity.bucketMs) - (length - 1);
  const by = Math.min(Math.max(0, passed), length);
  return {
    ...activity,
    from: new Date(from + Math.max(0, passed) * activity.bucketMs).toISOString(),
    functions: activity.functions.map((fn) => ({
      ...fn,
      starts: [...fn.starts.slice(by), ...Array(by).fill(0)],
      executingPeaks: [...fn.executingPeaks.slice(by), ...Array(by).fill(fn.executing)],
      ...(fn.throttle && { throttle: { ...fn.throttle, ...permitsAt(fn.throttle, now) } }),
    })),
  };
}

/**
 * @param {NonNullable<FunctionActivity['throttle']>} throttle
 * @param {number} now
 */
function permitsAt({ limit, periodMs, burst, permits, nextPermitAt }, now) {
  const waited = nextPermitAt === undefined ? -1 : now - Date.parse(nextPermitAt);
  if (permits === undefined || waited < 0) return {};
  return { permits: Math.min(limit + burst, permits + 1 + Math.floor((waited * limit) / periodMs)) };
}
