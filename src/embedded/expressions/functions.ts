import { DurationError, parseDuration } from '../flow-control/duration.js';
import { dateOf } from './dates.js';
import { EvaluationAborted } from './evaluation-aborted.error.js';
import { goNumber, goText } from './go-text.js';
import { matches } from './matches.js';
import { type Implementation, noOverload, standard } from './standard.js';
import {
  CelType,
  type CelValue,
  Duration,
  Failure,
  isMap,
  mapEntries,
  typeOf,
  UnsignedInt,
} from './values.js';

/** A function that expressions can call. */
export interface CelFunction {
  /** How many arguments it takes; the receiver of a method is one of them. */
  arity: readonly number[];
  /** Called as `f(x)`, as `x.f()`, or as either. */
  style: 'call' | 'method' | 'both';
  apply: Implementation;
}

const size = standard('size(a)');
const toInt = standard('int(a)');
const toString = standard('string(a)');
const toTimestamp = standard('timestamp(a)');
const toDuration = standard('duration(a)');
const zonedDayOfYear = standard('a.getDayOfYear(b)');

const TIME_FIELDS = [
  'getFullYear',
  'getMonth',
  'getDate',
  'getDayOfMonth',
  'getDayOfWeek',
  'getHours',
  'getMinutes',
  'getSeconds',
  'getMilliseconds',
];

/** The functions that Inngest's expressions have: the standard ones of CEL, and eight of its own. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ['size', { arity: [1], style: 'both', apply: sizeOf }],
  ['matches', { arity: [2], style: 'both', apply: matchesPattern }],
  ['startsWith', { arity: [2], style: 'method', apply: standard('a.startsWith(b)') }],
  ['endsWith', { arity: [2], style: 'method', apply: standard('a.endsWith(b)') }],
  ['contains', { arity: [2], style: 'method', apply: standard('a.contains(b)') }],
  ...TIME_FIELDS.map((name) => [name, timeField(standard(`a.${name}()`), standard(`a.${name}(b)`))] as const),
  ['getDayOfYear', timeField(dayOfYear, zonedDayOfYear)],

  ['int', call(intOf)],
  ['uint', call(standard('uint(a)'))],
  ['double', call(standard('double(a)'))],
  ['bool', call(standard('bool(a)'))],
  ['string', call(stringOf)],
  ['bytes', call(standard('bytes(a)'))],
  ['timestamp', call((args, context) => (args[0] instanceof Date ? args[0] : toTimestamp(args, context)))],
  ['duration', call((args, context) => (args[0] instanceof Duration ? args[0] : toDuration(args, context)))],
  ['type', call(([a = null]) => new CelType(typeOf(a)))],
  ['dyn', call(([a = null]) => a)],

  ['lowercase', call(([a]) => text(a).toLowerCase())],
  ['uppercase', call(([a]) => text(a).toUpperCase())],
  ['b64decode', call(([a]) => base64(text(a)))],
  ['json_parse', call(([a]) => jsonMap(text(a)))],
  ['date', call(([a = null]) => read(dateOf(a), 'date', a))],
  ['now', { arity: [0], style: 'call', apply: (_args, { now }) => new Date(now) }],
  ['now_plus', call(([a], { now }) => shifted(now, a, 1))],
  ['now_minus', call(([a], { now }) => shifted(now, a, -1))],
]);

function call(apply: Implementation): CelFunction {
  return { arity: [1], style: 'call', apply };
}

/** A field of a timestamp, in UTC or in the zone that is named. */
function timeField(inUtc: Implementation, inZone: Implementation): CelFunction {
  return {
    arity: [1, 2],
    style: 'method',
    apply: (args, context) => (args.length === 1 ? inUtc : inZone)(args, context),
  };
}

function sizeOf(args: readonly CelValue[], context: { now: number }): CelValue | Failure {
  const [a = null] = args;
  return isMap(a) ? BigInt(mapEntries(a).length) : size(args, context);
}

function matchesPattern(args: readonly CelValue[]): CelValue | Failure {
  const [subject, pattern] = args;
  return typeof subject === 'string' && typeof pattern === 'string'
    ? matches(subject, pattern)
    : noOverload('matches', args);
}

/** The library counts in the machine's own zone, in which days have 23 hours now and then. */
function dayOfYear([a]: readonly CelValue[]): CelValue | Failure {
  if (!(a instanceof Date)) return noOverload('getDayOfYear', [a ?? null]);
  return BigInt(Math.floor((a.getTime() - Date.UTC(a.getUTCFullYear(), 0, 1)) / 86_400_000));
}

/** Of a timestamp the seconds since 1970, of a duration the nanoseconds. */
function intOf(args: readonly CelValue[], context: { now: number }): CelValue | Failure {
  const [a] = args;
  if (a instanceof Date) return BigInt(Math.floor(a.getTime() / 1_000));
  if (a instanceof Duration) return a.seconds * 1_000_000_000n + BigInt(a.nanos);
  if (typeof a === 'number' && Math.abs(a) >= 2 ** 63) return new Failure('integer overflow');
  if (a instanceof UnsignedInt) return a.value > 2n ** 63n - 1n ? new Failure('integer overflow') : a.value;
  // The library reads "" as 0 and knows no plus sign.
  if (a === '') return new Failure('type conversion error from "" to int');
  return toInt(typeof a === 'string' ? [a.replace(/^\+(?=\d)/, '')] : args, context);
}

function stringOf(args: readonly CelValue[], context: { now: number }): CelValue | Failure {
  const [a] = args;
  if (typeof a === 'number') return goNumber(a);
  if (a instanceof Date) return a.toISOString().replace(/\.?0*Z$/, 'Z');
  if (a instanceof Duration) return a.toString();
  return toString(args, context);
}

/** Inngest's own functions take any value, and read what is no text as "". */
function text(value: CelValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function base64(encoded: string): string {
  const whole = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded);
  return whole ? Buffer.from(encoded, 'base64').toString('utf8') : '';
}

/** An object of JSON; what is none is an empty one. */
function jsonMap(json: string): CelValue {
  try {
    const value = JSON.parse(json) as CelValue;
    return isMap(value) ? value : {};
  } catch {
    return {};
  }
}

function shifted(now: number, duration: CelValue | undefined, sign: 1 | -1): CelValue {
  try {
    return new Date(now + sign * parseDuration(duration));
  } catch (error) {
    if (!(error instanceof DurationError)) throw error;
    return read(undefined, sign === 1 ? 'now_plus' : 'now_minus', duration ?? null);
  }
}

/** What these functions cannot read fails the whole expression (tried on Inngest 1.43). */
function read(date: Date | undefined, name: string, value: CelValue): Date {
  if (!date) throw new EvaluationAborted(`${name}() cannot read ${goText(value)}`);
  return date;
}
