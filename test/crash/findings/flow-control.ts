import { DEMO_PACE, RATE_LIMIT, THROTTLE, type Pace } from '../app/names.js';
import { LONGEST_LOCK_MS } from '../disturbances.js';
import type { Event, Run } from '../inngest-api.js';
import type { Evidence } from './evidence.js';

/** The reason for skipping an event whose id was sent before. It does not come from flow control. */
const SENT_BEFORE = /was sent before$/;

/** Whether the flow control of a function may refuse events. */
export function mayBeRefused(fn: string): boolean {
  return fn === 'single' || fn === 'limited';
}

/** How many events the flow control of each function refused. */
export function refusals(events: readonly Event[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { fn } of refused(events)) counts.set(fn, (counts.get(fn) ?? 0) + 1);
  return counts;
}

/** Checks that throttles survive restarts: no series of starts may exceed what the throttle allows. */
export function throttle({ runs }: Evidence): string[] {
  return [...throttleOf('demo-task', DEMO_PACE, runs), ...throttleOf('throttled', THROTTLE.pace, runs)];
}

function throttleOf(fn: string, pace: Pace, runs: readonly Run[]): string[] {
  const starts = runsOf(fn, runs).flatMap(({ startedAt }) =>
    startedAt === undefined ? [] : [Date.parse(startedAt)],
  );
  // One more start is allowed: it may have passed the throttle just before a kill, and start after it. Others may wait for the
  // file's lock.
  return tooManyAtOnce(starts, { ...pace, atOnce: pace.atOnce + 1 }, `throttle of ${fn}`, LONGEST_LOCK_MS);
}

/** Checks that the rate limit survives restarts. */
export function rateLimit({ runs }: Evidence): string[] {
  const starts = runsOf('limited', runs).map(({ queuedAt }) => Date.parse(queuedAt));
  return tooManyAtOnce(starts, RATE_LIMIT.pace, 'rate limit');
}

function tooManyAtOnce(
  times: readonly number[],
  { atOnce, everyMs }: Pace,
  rule: string,
  toleranceMs = 0,
): string[] {
  const starts = times.toSorted((a, b) => a - b);
  for (const [first, from] of starts.entries()) {
    for (const [last, to] of starts.entries()) {
      const earliest = from + (last - first + 1 - atOnce) * everyMs;
      if (last > first && to < earliest - toleranceMs)
        return [`${last - first + 1} runs started within ${to - from} ms: the ${rule} forgot some`];
    }
  }
  return [];
}

/** Checks that runs of a singleton never overlap, and that an event was refused only while one existed. */
export function singleton({ events, runs }: Evidence): string[] {
  const spans = runsOf('single', runs)
    .map(({ id, queuedAt, endedAt }) => ({
      id,
      from: Date.parse(queuedAt),
      to: endedAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(endedAt),
    }))
    .toSorted((a, b) => a.from - b.from);
  const overlapping = spans.filter(({ from }, index) => index > 0 && from < spans[index - 1]!.to);
  const unfounded = refused(events).filter(
    ({ fn, at }) => fn === 'single' && !spans.some(({ from, to }) => from <= at && at <= to),
  );
  return [
    ...overlapping.map(({ id }) => `run ${id} of a singleton began before the one before it had ended`),
    ...unfounded.map(({ id }) => `event ${id} was refused for a singleton that nobody held`),
  ];
}

function runsOf(fn: string, runs: readonly Run[]): Run[] {
  return runs.filter((run) => run.function.id === fn);
}

function refused(events: readonly Event[]): { id: string; fn: string; at: number }[] {
  return events.flatMap(({ id, outcomes }) =>
    outcomes
      .filter(({ run, reason }) => run === undefined && reason !== undefined && !SENT_BEFORE.test(reason))
      .map(({ function: fn, at }) => ({ id, fn: fn.id, at: Date.parse(at) }))
      .filter(({ fn }) => mayBeRefused(fn)),
  );
}
