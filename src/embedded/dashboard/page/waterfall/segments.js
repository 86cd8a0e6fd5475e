/** @import { PendingCall, Span, SpanStatus } from '../../../api/v2/answer-types/trace.js' */

/**
 * - `queue`: a call waits in the queue;
 * - `run`: the app executes an attempt; `done`, `failed`: the attempt has ended;
 * - `retry`: the step waits for its next attempt;
 * - `sleep`, `wait`: the function sleeps, or waits for an event or for another function;
 * - `cancelled`: the run was cancelled during the attempt.
 *
 * @typedef {'queue' | 'run' | 'done' | 'failed' | 'retry' | 'sleep' | 'wait' | 'cancelled'} SegmentKind
 */

/**
 * A part of a row from one time to another. Times are in milliseconds since 1970.
 *
 * @typedef {object} Segment
 * @property {SegmentKind} kind
 * @property {number} from
 * @property {number} to the end; now, while the segment lasts
 * @property {boolean} isOpen whether the segment still lasts
 * @property {number} [attempt] counted from 0
 * @property {number} [until] the future end of a segment, if it is known
 */

/**
 * The segments of a step, or of the function outside its steps.
 *
 * @param {Span} span
 * @param {PendingCall[]} pending
 * @param {number} end of the run, or now
 * @param {number} now
 */
export function segmentsOf(span, pending, end, now) {
  return isWaiting(span) ? waitSegments(span, now) : attemptSegments(span, pending, end, now);
}

/** @param {Span} span */
function isWaiting(span) {
  return span.stepOp !== undefined && span.stepOp !== 'RUN';
}

/**
 * @param {Span} span
 * @param {number} now
 */
function waitSegments(span, now) {
  const from = time(span.startedAt) ?? time(span.queuedAt) ?? now;
  const kind = span.stepOp === 'SLEEP' ? 'sleep' : 'wait';
  const until = time(span.until);
  return [{ ...segment(kind, from, time(span.endedAt), now), ...(until !== undefined && { until }) }];
}

/**
 * @param {Span} span
 * @param {PendingCall[]} pending
 * @param {number} end
 * @param {number} now
 */
function attemptSegments(span, pending, end, now) {
  const attempts = attemptsOf(span);
  /** @type {(Segment | false)[]} */
  const found = [];
  /** @type {Span | undefined} */
  let previous;
  attempts.forEach((attempt, index) => {
    const number = numberOf(attempt, index);
    const startedAt = time(attempt.startedAt);
    const endedAt = time(attempt.endedAt) ?? (isOver(attempt.status) ? end : undefined);
    found.push(...waitBefore(previous, attempt, startedAt ?? endedAt, number, now));
    if (startedAt !== undefined) found.push(segment(kindOf(attempt.status), startedAt, endedAt, now, number));
    previous = attempt;
  });
  if (previous?.retryAt !== undefined && isOver(span.status)) {
    // The run was cancelled before the next attempt.
    found.push(segment('retry', time(previous.endedAt) ?? now, time(span.endedAt) ?? end, now));
  } else if (previous?.retryAt !== undefined) {
    const next = numberOf(previous, attempts.length - 1) + 1;
    const call = pending.find(
      ({ stepId, attempt }) => stepId === span.stepId || (stepId === undefined && attempt === next),
    );
    const startedAt = time(call?.startedAt);
    found.push(...waitBefore(previous, undefined, startedAt, next, now));
    if (startedAt !== undefined) found.push(segment('run', startedAt, undefined, now, next));
  }
  return withoutEmptyWaits(found);
}

/**
 * The segments before an attempt: the wait for the retry, then the wait in the queue.
 *
 * @param {Span | undefined} previous the previous attempt
 * @param {Span | undefined} attempt undefined if it has not begun
 * @param {number | undefined} startedAt
 * @param {number} number of the attempt
 * @param {number} now
 */
function waitBefore(previous, attempt, startedAt, number, now) {
  if (!previous) {
    return attempt ? [segment('queue', time(attempt.queuedAt) ?? now, startedAt, now, number)] : [];
  }
  const failedAt = time(previous.endedAt) ?? now;
  const retryAt = Math.min(time(previous.retryAt) ?? failedAt, startedAt ?? Number.MAX_SAFE_INTEGER);
  const isStillToCome = startedAt === undefined && retryAt > now;
  return [
    {
      ...segment('retry', failedAt, isStillToCome ? undefined : retryAt, now, number),
      ...(isStillToCome && { until: retryAt }),
    },
    !isStillToCome && segment('queue', retryAt, startedAt, now, number),
  ];
}

/**
 * The attempts of a span. A span without children is its only attempt.
 *
 * @param {Span} span
 */
export function attemptsOf(span) {
  return span.children?.length ? span.children : [span];
}

/**
 * @param {Span} attempt
 * @param {number} index
 */
export function numberOf(attempt, index) {
  const named = /^Attempt (\d+)$/.exec(attempt.name)?.[1];
  return named === undefined ? index : Number(named);
}

/**
 * @param {SegmentKind} kind
 * @param {number} from
 * @param {number | undefined} to undefined while the segment lasts
 * @param {number} now
 * @param {number} [attempt]
 * @returns {Segment}
 */
export function segment(kind, from, to, now, attempt) {
  return {
    kind,
    from,
    to: Math.max(from, to ?? now),
    isOpen: to === undefined,
    ...(attempt !== undefined && { attempt }),
  };
}

/**
 * @param {(Segment | false)[]} found
 * @returns {Segment[]}
 */
export function withoutEmptyWaits(found) {
  // A wait without length is left out. An attempt without length is shown.
  return found.flatMap((one) =>
    one && (one.to > one.from || (one.kind !== 'queue' && one.kind !== 'retry')) ? [one] : [],
  );
}

/**
 * @param {SpanStatus} status
 * @returns {SegmentKind}
 */
export function kindOf(status) {
  switch (status) {
    case 'COMPLETED':
      return 'done';
    case 'FAILED':
      return 'failed';
    case 'CANCELLED':
      return 'cancelled';
    default:
      return 'run';
  }
}

/** @param {SpanStatus} status */
function isOver(status) {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}

/**
 * @param {string | undefined} moment
 * @returns {number | undefined}
 */
export function time(moment) {
  return moment === undefined ? undefined : Date.parse(moment);
}
