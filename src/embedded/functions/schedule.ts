import { Cron } from 'croner';
import { formatDuration, parseDuration } from '../../common/duration.js';
import { WallClock } from './wall-clock.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** The limits of the real server. */
const MAX_CRON_LENGTH = 255;
const MIN_JITTER_MS = SECOND;
const MAX_JITTER_MS = 5 * MINUTE;

/** No time zone puts its clocks back by more than this. */
const MAX_SHIFT_MS = 3 * 60 * MINUTE;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

interface Field {
  name: string;
  min: number;
  max: number;
  /** Names of its values, from `min`. */
  names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of the month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of the week', min: 0, max: 6, names: DAYS },
];
const DAY_FIELDS = [2, 4];

/** A cron schedule, with its time zone and jitter. */
export interface Schedule {
  /** The first tick after `time` (both in milliseconds since 1970); undefined if there is none. */
  next(time: number): number | undefined;
  /** The largest random delay of a tick, in milliseconds. */
  jitterMs: number;
}

/**
 * Parses the cron expression of a trigger: five fields, optionally after `TZ=<IANA zone>`.
 *
 * As on the real server, the schedule ticks at each minute whose local time in the zone matches the fields. So when clocks
 * go forward, a skipped local time has no tick that day, and when they go back, a repeated local time has two.
 *
 * @throws Error when it is not a valid schedule
 */
export function parseSchedule(text: string, jitter: unknown): Schedule {
  if (text.length > MAX_CRON_LENGTH)
    throw new Error(`"${text}" is longer than ${MAX_CRON_LENGTH} characters.`);
  const match = /^(?:(?:CRON_)?TZ=(?<zone>\S+)\s+)?(?<pattern>.+)$/.exec(text.trim());
  const clock = new WallClock(match?.groups?.['zone'] ?? 'UTC');
  const { pattern, domAndDow } = normalize(match?.groups?.['pattern'] ?? '');
  const cron = new Cron(pattern, { timezone: 'UTC', paused: true, domAndDow });
  const nextWall = (wall: number): number | undefined => cron.nextRun(new Date(wall))?.getTime();
  return { next: (time) => nextTick(clock, nextWall, time), jitterMs: parseJitter(jitter) };
}

function nextTick(
  clock: WallClock,
  nextWall: (wall: number) => number | undefined,
  time: number,
): number | undefined {
  // When clocks go back, local times occur twice, so the search starts three hours earlier.
  const hasNoShift = clock.offset(time - MAX_SHIFT_MS) === clock.offset(time + MAX_SHIFT_MS);
  let best: number | undefined;
  let wall = nextWall(clock.at(time) - (hasNoShift ? 0 : MAX_SHIFT_MS));
  while (wall !== undefined && (best === undefined || wall <= clock.at(best) + MAX_SHIFT_MS)) {
    const [first] = clock.timesOf(wall).filter((candidate) => candidate > time);
    if (first !== undefined && (best === undefined || first < best)) best = first;
    if (hasNoShift && best !== undefined) return best;
    wall = nextWall(wall);
  }
  return best;
}

/**
 * Writes the fields as lists of numbers, so that the library cannot read them differently, and decides how the two day
 * fields combine. As in Inngest's cron library (robfig/cron 3.0.1), a day must match both if one of them has a star in its
 * list (`*`, `?`, or `*` with the step 1). Otherwise one match is enough.
 */
function normalize(text: string): { pattern: string; domAndDow: boolean } {
  const given = text.trim().split(/\s+/);
  if (given.length !== FIELDS.length) {
    throw new Error(
      `"${text}" has ${given.length} fields; a schedule has five, minutes to days of the week.`,
    );
  }
  const fields = FIELDS.map((field, index) => parseField(given[index] ?? '', field));
  return {
    pattern: fields.map(({ values }) => [...values].toSorted((a, b) => a - b).join(',')).join(' '),
    domAndDow: DAY_FIELDS.some((index) => fields[index]?.hasStar),
  };
}

function parseField(text: string, field: Field): { values: Set<number>; hasStar: boolean } {
  const parts = text.split(',').filter((part) => part !== '');
  if (parts.length === 0) throw new Error(`"${text}" is not a valid ${field.name} of a schedule.`);
  const values = new Set<number>();
  let hasStar = false;
  for (const part of parts) {
    const { from, to, step, isStar } = parseRange(part, field);
    hasStar ||= isStar;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return { values, hasStar };
}

/** Parses `*`, `5`, `1-5` or `mon-fri`, optionally with `/step`. `5/20` continues to the end of the field's range. */
function parseRange(
  part: string,
  { name, min, max, names = [] }: Field,
): { from: number; to: number; step: number; isStar: boolean } {
  const refuse = (): never => {
    throw new Error(`"${part}" is not a valid ${name} of a schedule.`);
  };
  const read = (text: string): number => {
    const named = names.indexOf(text.toLowerCase());
    if (named >= 0) return min + named;
    return /^\d+$/.test(text) ? Number(text) : refuse();
  };
  const [range = '', stepText, ...moreSteps] = part.split('/');
  const step = stepText === undefined ? 1 : /^\d+$/.test(stepText) ? Number(stepText) : refuse();
  if (moreSteps.length > 0 || step === 0) refuse();
  if (range === '*' || range === '?') return { from: min, to: max, step, isStar: step === 1 };
  const [first = '', last, ...more] = range.split('-');
  const from = read(first);
  const single = stepText === undefined ? from : max;
  const to = last === undefined ? single : read(last);
  if (more.length > 0 || from < min || to > max || from > to) refuse();
  return { from, to, step, isStar: false };
}

function parseJitter(jitter: unknown): number {
  if (jitter === undefined || jitter === null || jitter === '') return 0;
  const ms = parseDuration(jitter);
  if (ms !== 0 && (ms < MIN_JITTER_MS || ms > MAX_JITTER_MS)) {
    const bounds = [MIN_JITTER_MS, MAX_JITTER_MS].map(formatDuration).join(' to ');
    throw new Error(`jitter must be ${bounds}, not ${formatDuration(ms)}.`);
  }
  return ms;
}
