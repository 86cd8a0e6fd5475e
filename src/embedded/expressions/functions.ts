import { DurationError, parseDuration } from '../../common/duration.js';
import { dateOf } from './dates.js';
import { EvaluationAborted } from './evaluation-aborted.error.js';
import { goNumber, goText } from './go-text.js';
import { matches } from './matches.js';
import { type CallContext, type Implementation, noOverload, standard } from './standard.js';
import { DURATION, TIMESTAMP } from './types.js';
import {
  CelType,
  type CelValue,
  Duration,
  Failure,
  isMap,
  type Outcome,
  mapEntries,
  typeOf,
  UnsignedInt,
} from './values.js';

/** A function that expressions can call. */
export interface CelFunction {
  /** Called as `f(x)`, as `x.f()`, or as either. */
  style: 'call' | 'method' | 'both';
  /** The types that each argument can have; the receiver of a method is the first. */
  args: readonly (readonly string[])[];
  /** How many of the last arguments are optional. */
  optional?: number;
  result: string;
  /** The steps of a call, besides those for reading its arguments. */
  price?(args: readonly Outcome[]): number;
  apply: Implementation;
}

/** The steps of a call that parses its string, or reads it character by character. */
const pricePerCharacter = ([text]: readonly Outcome[]): number =>
  typeof text === 'string' ? text.length / 4 : 0;

/** The steps to convert a time to a time zone, which takes about 100 µs. */
const ZONE_PRICE = 1_000;

const TEXT = ['string'];
const ANY = ['any'];
const NUMBERS = ['int', 'uint', 'double'];

const size = standard('size(a)');
const NO_NUMBER = new Failure('the string is not a number');

const toInt = standard('int(a)');
const toUint = standard('uint(a)');
const toString = standard('string(a)');
const toTimestamp = standard('timestamp(a)');
const toDuration = standard('duration(a)');

const TIME_FIELDS = ['FullYear', 'Month', 'Date', 'DayOfMonth', 'DayOfWeek'];
const CLOCK_FIELDS = ['Hours', 'Minutes', 'Seconds', 'Milliseconds'];

/** The functions of Inngest's expressions: CEL's standard functions, and eight that only Inngest has. */
export const FUNCTIONS: ReadonlyMap<string, CelFunction> = new Map<string, CelFunction>([
  ['size', { style: 'both', args: [['string', 'bytes', 'list', 'map']], result: 'int', apply: sizeOf }],
  ['matches', { style: 'both', args: [TEXT, TEXT], result: 'bool', apply: matchesPattern }],
  ['startsWith', textMethod(standard('a.startsWith(b)'))],
  ['endsWith', textMethod(standard('a.endsWith(b)'))],
  ['contains', textMethod(standard('a.contains(b)'))],
  ...TIME_FIELDS.map((field) => timeField(field, [TIMESTAMP])),
  ...CLOCK_FIELDS.map((field) => timeField(field, [TIMESTAMP, DURATION])),
  timeField('DayOfYear', [TIMESTAMP], dayOfYear),

  ['int', call([...NUMBERS, 'string', TIMESTAMP, DURATION], 'int', intOf)],
  ['uint', call([...NUMBERS, 'string'], 'uint', uintOf)],
  ['double', call([...NUMBERS, 'string'], 'double', standard('double(a)'))],
  ['bool', call(['bool', 'string'], 'bool', standard('bool(a)'))],
  ['string', call([...NUMBERS, 'bool', 'string', 'bytes', TIMESTAMP, DURATION], 'string', stringOf)],
  ['bytes', call(['bytes', 'string'], 'bytes', standard('bytes(a)'))],
  ['timestamp', call([TIMESTAMP, 'string', 'int'], TIMESTAMP, timestampOf)],
  ['duration', parsing(call([DURATION, 'string', 'int'], DURATION, durationOf))],
  ['type', call(ANY, 'type', ([a = null]) => new CelType(typeOf(a)))],
  ['dyn', call(ANY, 'dyn', ([a = null]) => a)],

  ['lowercase', call(TEXT, 'string', ([a]) => text(a).toLowerCase())],
  ['uppercase', call(TEXT, 'string', ([a]) => text(a).toUpperCase())],
  ['b64decode', call(TEXT, 'string', ([a]) => base64(text(a)))],
  ['json_parse', parsing(call(TEXT, 'dyn', ([a]) => jsonMap(text(a))))],
  ['date', parsing(call(ANY, TIMESTAMP, ([a = null]) => read(dateOf(a), 'date', a)))],
  ['now', { style: 'call', args: [], result: TIMESTAMP, apply: (_args, { now }) => new Date(now) }],
  ['now_plus', parsing(call(TEXT, TIMESTAMP, ([a], { now }) => shifted(now, a, 1)))],
  ['now_minus', parsing(call(TEXT, TIMESTAMP, ([a], { now }) => shifted(now, a, -1)))],
]);

function call(takes: readonly string[], result: string, apply: Implementation): CelFunction {
  return { style: 'call', args: [takes], result, apply };
}

/** A function that parses its string. */
function parsing(fn: CelFunction): CelFunction {
  return { ...fn, price: pricePerCharacter };
}

function textMethod(apply: Implementation): CelFunction {
  return { style: 'method', args: [TEXT, TEXT], result: 'bool', apply };
}

/** A method such as `x.getHours()`: a field of a duration, or of a timestamp in UTC or in the zone of its argument. */
function timeField(
  field: string,
  of: readonly string[],
  inUtc = standard(`a.get${field}()`),
): [string, CelFunction] {
  const inZone = standard(`a.get${field}(b)`);
  const apply: Implementation = (args, context) => (args.length === 1 ? inUtc : inZone)(args, context);
  const price = ({ length }: readonly Outcome[]): number => (length > 1 ? ZONE_PRICE : 0);
  return [`get${field}`, { style: 'method', args: [of, TEXT], optional: 1, result: 'int', price, apply }];
}

function sizeOf(args: readonly CelValue[], context: CallContext): CelValue | Failure {
  const [a = null] = args;
  return isMap(a) ? BigInt(mapEntries(a).length) : size(args, context);
}

function matchesPattern(args: readonly CelValue[], { budget }: CallContext): CelValue | Failure {
  const [subject, pattern] = args;
  return typeof subject === 'string' && typeof pattern === 'string'
    ? matches(subject, pattern, budget)
    : noOverload('matches', args);
}

/** The library counts in the machine's time zone, where some days have 23 hours, so this counts in UTC. */
function dayOfYear([a]: readonly CelValue[]): CelValue | Failure {
  if (!(a instanceof Date)) return noOverload('getDayOfYear', [a ?? null]);
  return BigInt(Math.floor((a.getTime() - Date.UTC(a.getUTCFullYear(), 0, 1)) / 86_400_000));
}

/** `int(x)`. A timestamp gives seconds since 1970, a duration gives nanoseconds. */
function intOf(args: readonly CelValue[], context: CallContext): CelValue | Failure {
  const [a] = args;
  if (a instanceof Date) return BigInt(Math.floor(a.getTime() / 1_000));
  if (a instanceof Duration) return a.seconds * 1_000_000_000n + BigInt(a.nanos);
  if (typeof a === 'number' && Math.abs(a) >= 2 ** 63) return new Failure('integer overflow');
  if (a instanceof UnsignedInt) return a.value > 2n ** 63n - 1n ? new Failure('integer overflow') : a.value;
  // The library reads "" as 0, and does not accept a plus sign.
  if (a === '') return NO_NUMBER;
  return toInt(typeof a === 'string' ? [a.replace(/^\+(?=\d)/, '')] : args, context);
}

function uintOf(args: readonly CelValue[], context: CallContext): CelValue | Failure {
  const [a] = args;
  return typeof a === 'string' && !/^\d/.test(a) ? NO_NUMBER : toUint(args, context);
}

function timestampOf(args: readonly CelValue[], context: CallContext): CelValue | Failure {
  return args[0] instanceof Date ? args[0] : toTimestamp(args, context);
}

function durationOf(args: readonly CelValue[], context: CallContext): CelValue | Failure {
  return args[0] instanceof Duration ? args[0] : toDuration(args, context);
}

function stringOf(args: readonly CelValue[], context: CallContext): CelValue | Failure {
  const [a] = args;
  if (typeof a === 'number') return goNumber(a);
  if (a instanceof Date) return a.toISOString().replace(/\.?0*Z$/, 'Z');
  if (a instanceof Duration) return a.toString();
  return toString(args, context);
}

/** Inngest's own functions accept every value, and read a value that is not a string as "". */
function text(value: CelValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Decodes the longest prefix that is valid base64. */
function base64(encoded: string): string {
  const [valid = ''] = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?/.exec(encoded) ?? [];
  return Buffer.from(valid, 'base64').toString('utf8');
}

/** Parses a JSON object; anything else gives an empty map. */
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

/** A value that these functions cannot read fails the whole expression (measured on Inngest 1.43). */
function read(date: Date | undefined, name: string, value: CelValue): Date {
  if (!date) throw new EvaluationAborted(`${name}() cannot read ${goText(value)}`);
  return date;
}
