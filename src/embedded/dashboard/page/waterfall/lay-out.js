import { kindOf, segment, segmentsOf, time, withoutEmptyWaits } from './segments.js';

/** @import { PendingCall, Span, SpanStatus, Trace } from '../../../api/v2/answer-types/trace.js' */
/** @import { Segment } from './segments.js' */

/**
 * A time at which a later call passed a completed step and used its memoized result.
 *
 * @typedef {object} Mark
 * @property {number} at
 * @property {string} by the step that was retried
 * @property {number} attempt counted from 0
 */

/**
 * @typedef {object} Row
 * @property {string} id
 * @property {string} name
 * @property {'run' | 'step' | 'function' | 'call'} kind
 * @property {SpanStatus} status
 * @property {Segment[]} segments in order of time
 * @property {Mark[]} marks
 * @property {Span} [span] the span that the row shows
 */

/**
 * @typedef {object} Layout
 * @property {number} from
 * @property {number} to
 * @property {Row[]} rows the run, then its parts in the order of their starts
 */

/**
 * Lays out the trace of a run on a time axis.
 *
 * @param {Trace} trace
 * @param {number} now
 * @returns {Layout}
 */
export function layOut({ rootSpan, pendingCalls }, now) {
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
    segments: withoutEmptyWaits([
      segment('queue', queuedAt, startedAt ?? endedAt, now),
      startedAt !== undefined && segment(kind, startedAt, endedAt, now),
    ]),
  };
}

/**
 * @param {Span} span
 * @param {PendingCall[]} pending
 * @param {number} end the end of the run, or now
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
    segments: segmentsOf(span, pending, end, now),
  };
}

/**
 * A row for a call that has no step yet: the call that the app executes now, or the next call in the queue.
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

/** @param {Row} row */
function beginOf(row) {
  return row.segments[0]?.from ?? Number.MAX_SAFE_INTEGER;
}
