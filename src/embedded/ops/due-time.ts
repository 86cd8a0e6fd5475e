import { isoTime, LATEST_TIME } from '../../common/iso-time.js';
import { ProtocolError, type Op, type SerializedError } from '../protocol/ops.js';
import { DurationError, parseDuration } from '../../common/duration.js';
import type { Timer } from '../store/timer.store.js';
import { nameOf, type OpContext } from './op-handler.js';

/** The longest sleep, and the longest wait for an event: a year, also one with a leap day. Read in Inngest's source. */
const LONGEST_MS = 366 * 24 * 60 * 60 * 1_000;

/** How long is waited for a signal or an invoked function unless the step says otherwise, as on Inngest 1.43. */
export const A_YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

/** When something is to happen: so many milliseconds from now, or at a time in milliseconds since 1970. */
export type RequestedTime = { inMs: number } | { at: number };

/**
 * The moment that a duration, or an ISO date, names. The JavaScript SDK writes "" for no time at all, also for a negative
 * one; the Go SDK writes "-5s", which has passed already.
 *
 * @throws ProtocolError naming the step, when it is neither
 */
export function parseRequestedTime(text: string, op: Op): RequestedTime {
  if (text === '') return { inMs: 0 };
  const date = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(date)) return { at: date };
  try {
    return text.startsWith('-')
      ? { inMs: Math.min(0, -parseDuration(text.slice(1))) }
      : { inMs: parseDuration(text) };
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    throw new ProtocolError(`${op.op} (step "${nameOf(op)}"): ${error.message}`);
  }
}

/** Where a moment lies. */
export interface DueTime {
  /** What the wall clock will show, as far as is known now: for people and for the protocol. */
  wall: number;
  /** When its timer fires: a date by the wall clock, a duration by the steady time. */
  timer: Pick<Timer, 'at' | 'scale'>;
}

/** The moment as seen from now; what has passed already is now. */
export function dueTimeOf(
  { now, setBack }: Pick<OpContext, 'now' | 'setBack'>,
  moment: RequestedTime,
): DueTime {
  const at = 'at' in moment ? moment.at : now + moment.inMs;
  const wall = Math.min(LATEST_TIME, Math.max(now, at));
  if ('at' in moment) return { wall, timer: { at: wall, scale: 'wall' } };
  return { wall, timer: { at: wall + setBack, scale: 'steady' } };
}

/** The error with which a run fails that would rest for longer than Inngest allows; undefined when it would not. */
export function tooLong(what: string, at: number, now: number): SerializedError | undefined {
  if (at - now <= LONGEST_MS) return undefined;
  return {
    name: 'InngestErrTimeoutTooLong',
    message: `${what} ends on ${isoTime(at)}, more than a year ahead.`,
  };
}
