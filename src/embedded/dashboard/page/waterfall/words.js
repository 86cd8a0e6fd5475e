import { clockTime, duration, ordinal } from '../parts/format.js';

/** @import { Row } from './lay-out.js' */
/** @import { Segment, SegmentKind } from './segments.js' */

/** @type {Record<SegmentKind, string>} */
export const KIND_WORDS = {
  queue: 'Waiting in the queue',
  run: 'Running',
  done: 'Done',
  failed: 'Failed',
  retry: 'Waiting for its retry',
  sleep: 'Sleeping',
  wait: 'Waiting for an event or a function',
  cancelled: 'Cancelled',
};

/**
 * Describes a segment, in several lines.
 *
 * @param {Row} row
 * @param {Segment} segment
 * @returns {string[]}
 */
export function segmentLines(row, segment) {
  const { kind, from, to, isOpen, attempt, until } = segment;
  const isTry = kind === 'run' || kind === 'done' || kind === 'failed';
  const what =
    isTry && attempt !== undefined
      ? `${ordinal(attempt + 1)} attempt: ${KIND_WORDS[kind].toLowerCase()}`
      : KIND_WORDS[kind];
  return [
    row.name,
    `${what} · ${duration(to - from)}${isOpen ? ' so far' : ''}`,
    `${clockTime(from, { millis: true })} – ${isOpen ? 'now' : clockTime(to, { millis: true })}`,
    ...(until === undefined ? [] : [`until ${clockTime(until, { millis: true })}`]),
  ];
}

/**
 * Describes a whole row in one sentence, for screen readers.
 *
 * @param {Row} row
 */
export function rowSummary(row) {
  const parts = row.segments.map((segment) => {
    const [, what] = segmentLines(row, segment);
    return what;
  });
  const memoized = row.marks.length ? [`Memoized: passed ${row.marks.length}× without running again`] : [];
  return [row.name, ...parts, ...memoized].join('. ');
}
