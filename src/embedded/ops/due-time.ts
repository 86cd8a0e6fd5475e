import { isoTime, LATEST_TIME } from '../../common/iso-time.js';
import { ProtocolError, type Op, type SerializedError } from '../protocol/ops.js';
import { DurationError, parseDuration } from '../../common/duration.js';
import type { Timer } from '../store/timer.store.js';
import { nameOf, type OpContext } from './op-handler.js';

/** The longest sleep and the longest wait for an event: a leap year. Read in Inngest's source. */
const LONGEST_MS = 366 * 24 * 60 * 60 * 1_000;

/** The default timeout of a step that waits for a signal or invokes a function, as on Inngest 1.43. */
export const A_YEAR_MS = 365 * 24 * 60 * 60 * 1_000;

/** The time that an op names: a number of milliseconds from now, or a date in milliseconds since 1970. */
export type RequestedTime = { inMs: number } | { at: number };

/**
 * Parses a duration or an ISO date. The JavaScript SDK writes "" for a duration of zero or less; the Go SDK writes "-5s" for
 * a negative one, which is a time that has passed.
 *
 * @throws ProtocolError that names the step, when the text is neither
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

/** When something is due, on both scales of time. */
export interface DueTime {
  /** The wall-clock time, in milliseconds, for people and for the protocol. Setting the clock makes it an estimate. */
  wall: number;
  /** When the timer fires: by the wall clock for a date, by steady time for a duration. */
  timer: Pick<Timer, 'at' | 'scale'>;
}

/** Converts a requested time to a due time. A time that has passed becomes now. */
export function dueTimeOf(
  { now, setBack }: Pick<OpContext, 'now' | 'setBack'>,
  moment: RequestedTime,
): DueTime {
  const at = 'at' in moment ? moment.at : now + moment.inMs;
  const wall = Math.min(LATEST_TIME, Math.max(now, at));
  if ('at' in moment) return { wall, timer: { at: wall, scale: 'wall' } };
  return { wall, timer: { at: wall + setBack, scale: 'steady' } };
}

/**
 * The error with which a run fails if a sleep or a wait exceeds the longest time that Inngest allows; undefined if it does
 * not.
 */
export function tooLong(what: string, at: number, now: number): SerializedError | undefined {
  if (at - now <= LONGEST_MS) return undefined;
  return {
    name: 'InngestErrTimeoutTooLong',
    message: `${what} ends on ${isoTime(at)}, more than a year ahead.`,
  };
}
