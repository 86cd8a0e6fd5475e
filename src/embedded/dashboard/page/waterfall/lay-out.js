/** @import { PendingCall, Span, SpanStatus, Trace } from '../data/api-types.d.ts' */

/**
 * - `queue`: it could go on, and waits for its turn;
 * - `run`: the app works on it; `done`, `failed`: it has;
 * - `retry`: it waits for its next attempt;
 * - `sleep`, `wait`: the function itself asked for time, an event or another function's result;
 * - `cancelled`: the run was cancelled meanwhile.
 *
 * @typedef {'queue' | 'run' | 'done' | 'failed' | 'retry' | 'sleep' | 'wait' | 'cancelled'} SegmentKind
 */

/**
 * A stretch of time in a row. Moments are in milliseconds since 1970.
 *
 * @typedef {object} Segment
 * @property {SegmentKind} kind
 * @property {number} from
 * @property {number} to now, while it goes on
 * @property {boolean} isOpen whether it goes on
 * @property {number} [attempt] from 0
 * @property {number} [until] when it ends by itself, if that is known and still to come
 */

/**
 * A moment at which a later call passed a finished step: its result was taken from memory.
 *
 * @typedef {object} Mark
 * @property {number} at
 * @property {string} by the step that was tried again
 * @property {number} attempt from 0
 */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} name
 * @property {'run' | 'step' | 'function' | 'call'} kind
 * @property {SpanStatus} status
 * @property {Segment[]} segments in their order
 * @property {Mark[]} marks
 * @property {Span} [span] what it was made of
 */

/**
 * @typedef {object} Layout
 * @property {number} from
 * @property {number} to
 * @property {Row[]} rows the run, then its parts in the order in which they began
 */

/**
 * Lays a run's trace out on a time axis.
 *
 * @param {Trace} trace
 * @param {number} now
 * @returns {Layout}
 */
export function layOut({ rootSpan, pendingCalls = [] }, now) {
  const from = time(rootSpan.queuedAt) ?? now;
  const to = Math.max(time(rootSpan.endedAt) ?? now, from + 1);
  const parts = (rootSpan.children ?? []).map((span) => partRow(span, pendingCalls, to, now));
  const call = callRow(rootSpan, pendingCalls, parts, now);
  const rows = [...parts, ...(call ? [call] : [])].toSorted((a, b) => beginOf(a) - beginOf(b));
  markMemoized(rows);
  return { from, to, rows: [runRow(rootSpan, now), ...rows] };
}

/**
 * @param {Span} span
 * @param {number} now
 * @returns {Row}
 */
function runRow(span, now) {
  const queuedAt = time(span.queuedAt) ?? now;
  const startedAt = time(span.startedAt);
  const endedAt = time(span.endedAt);
  const kind = endedAt === undefined ? 'run' : kindOf(span.status);
  return {
    id: span.id,
    name: 'Run',
    kind: 'run',
    status: span.status,
    span,
    marks: [],
    segments: segments([
      segment('queue', queuedAt, startedAt ?? endedAt, now),
      startedAt !== undefined && segment(kind, startedAt, endedAt, now),
    ]),
  };
}

/**
 * @param {Span} span
 * @param {PendingCall[]} pending
 * @param {number} end of the run, or now
 * @param {number} now
 * @returns {Row}
 */
function partRow(span, pending, end, now) {
  return {
    id: span.id,
    name: span.stepId === undefined ? 'Function body' : span.name,
    kind: span.stepId === undefined ? 'function' : 'step',
    status: span.status,
    span,
    marks: [],
    segments: isWaiting(span) ? waitSegments(span, now) : attemptSegments(span, pending, end, now),
  };
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
    // It was cancelled before its next attempt.
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
  return segments(found);
}

/**
 * What lies before an attempt: the wait for the retry, and then for its turn.
 *
 * @param {Span | undefined} previous the attempt before it
 * @param {Span | undefined} attempt undefined when it has yet to begin
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
 * A call that no step is known of yet: what the app works on now, or the next thing that waits for its turn.
 *
 * @param {Span} root
 * @param {PendingCall[]} pending
 * @param {Row[]} parts
 * @param {number} now
 * @returns {Row | undefined}
 */
function callRow(root, pending, parts, now) {
  const call = pending.find(({ stepId, attempt }) => stepId === undefined && attempt === 0);
  if (!call || time(root.startedAt) === undefined) return undefined;
  const lastEnd = Math.max(0, ...parts.flatMap((row) => row.segments.map(({ to }) => to)));
  const startedAt = time(call.startedAt);
  const queuedAt = Math.max(time(call.queuedAt) ?? now, time(call.notBefore) ?? now);
  const found =
    startedAt === undefined
      ? segment('queue', Math.min(queuedAt, now), undefined, now)
      : segment('run', Math.min(now, Math.max(startedAt, lastEnd)), undefined, now);
  return {
    id: `${root.id}.call`,
    name: startedAt === undefined ? 'Next call' : 'In the app now',
    kind: 'call',
    status: startedAt === undefined ? 'QUEUED' : 'RUNNING',
    marks: [],
    segments: [found],
  };
}

/** @param {Row[]} rows */
function markMemoized(rows) {
  const retries = rows.flatMap((row) =>
    row.segments
      .filter(
        ({ kind, attempt = 0 }) => attempt > 0 && (kind === 'done' || kind === 'failed' || kind === 'run'),
      )
      .map(({ from, attempt = 0 }) => ({ at: from, by: row.name, attempt, row })),
  );
  for (const row of rows) {
    if (row.kind !== 'step' || row.status !== 'COMPLETED') continue;
    const end = row.segments.at(-1)?.to ?? Number.MAX_SAFE_INTEGER;
    row.marks = retries
      .filter((retry) => retry.row !== row && beginOf(row) < retry.at && end <= retry.at)
      .map(({ at, by, attempt }) => ({ at, by, attempt }));
  }
}

/**
 * The attempts that a span stands for; one that succeeded at once stands for itself.
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
 * @param {number | undefined} to undefined while it goes on
 * @param {number} now
 * @param {number} [attempt]
 * @returns {Segment}
 */
function segment(kind, from, to, now, attempt) {
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
function segments(found) {
  // Waits of no length are none; work of no length is a moment that counts.
  return found.flatMap((one) =>
    one && (one.to > one.from || (one.kind !== 'queue' && one.kind !== 'retry')) ? [one] : [],
  );
}

/**
 * @param {SpanStatus} status
 * @returns {SegmentKind}
 */
function kindOf(status) {
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

/** @param {Row} row */
function beginOf(row) {
  return row.segments[0]?.from ?? Number.MAX_SAFE_INTEGER;
}

/**
 * @param {string | undefined} moment
 * @returns {number | undefined}
 */
function time(moment) {
  return moment === undefined ? undefined : Date.parse(moment);
}
