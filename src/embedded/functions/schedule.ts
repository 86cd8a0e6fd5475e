import { Cron } from 'croner';
import { formatDuration, parseDuration } from '../../common/duration.js';
import { WallClock } from './wall-clock.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/** Bounds of the real server. */
const LONGEST_CRON = 255;
const SMALLEST_JITTER_MS = SECOND;
const LARGEST_JITTER_MS = 5 * MINUTE;

/** The most that clocks are put back by. */
const LARGEST_SHIFT_MS = 3 * 60 * MINUTE;

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
  /** The first moment after `time` (both in milliseconds since 1970); undefined when there is none. */
  next(time: number): number | undefined;
  /** Up to how much later a tick may start, in milliseconds. */
  jitterMs: number;
}

/**
 * Reads a cron expression of five fields, optionally behind `TZ=<IANA zone>`, as Inngest's functions give them.
 *
 * It means what it does to the real server: a moment is meant when the clocks of the zone then show what the fields say.
 * So where clocks go forward, a time that they skip has no tick that day, and where they go back, one has two.
 *
 * @throws Error when it is not one
 */
export function parseSchedule(text: string, jitter: unknown): Schedule {
  if (text.length > LONGEST_CRON) throw new Error(`"${text}" is longer than ${LONGEST_CRON} characters.`);
  const match = /^(?:(?:CRON_)?TZ=(?<zone>\S+)\s+)?(?<pattern>.+)$/.exec(text.trim());
  const clock = new WallClock(match?.groups?.['zone'] ?? 'UTC');
  const { pattern, domAndDow } = normalize(match?.groups?.['pattern'] ?? '');
  const cron = new Cron(pattern, { timezone: 'UTC', paused: true, domAndDow });
  const nextWall = (wall: number): number | undefined => cron.nextRun(new Date(wall))?.getTime();
  return { next: (time) => nextMoment(clock, nextWall, time), jitterMs: parseJitter(jitter) };
}

function nextMoment(
  clock: WallClock,
  nextWall: (wall: number) => number | undefined,
  time: number,
): number | undefined {
  // Some minutes before now on the wall may come once more.
  const isCalm = clock.offset(time - LARGEST_SHIFT_MS) === clock.offset(time + LARGEST_SHIFT_MS);
  let best: number | undefined;
  let wall = nextWall(clock.at(time) - (isCalm ? 0 : LARGEST_SHIFT_MS));
  while (wall !== undefined && (best === undefined || wall <= clock.at(best) + LARGEST_SHIFT_MS)) {
    const [first] = clock.momentsOf(wall).filter((moment) => moment > time);
    if (first !== undefined && (best === undefined || first < best)) best = first;
    if (isCalm && best !== undefined) return best;
    wall = nextWall(wall);
  }
  return best;
}

/**
 * The fields as lists of numbers, so that nothing is left to how the library reads them, and how its two day fields go
 * together. As in Inngest's cron library (robfig/cron 3.0.1), a day must fit both if one of them has a star in its list,
 * be it `*`, `?` or `*` with the step 1; otherwise one is enough.
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
  if (parts.length === 0) throw new Error(`"${text}" is no ${field.name} of a schedule.`);
  const values = new Set<number>();
  let hasStar = false;
  for (const part of parts) {
    const { from, to, step, isStar } = parseRange(part, field);
    hasStar ||= isStar;
    for (let value = from; value <= to; value += step) values.add(value);
  }
  return { values, hasStar };
}

/** `*`, `5`, `1-5`, `mon-fri`, each with `/step`; `5/20` goes on to the end. */
function parseRange(
  part: string,
  { name, min, max, names = [] }: Field,
): { from: number; to: number; step: number; isStar: boolean } {
  const refuse = (): never => {
    throw new Error(`"${part}" is no ${name} of a schedule.`);
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
  if (ms !== 0 && (ms < SMALLEST_JITTER_MS || ms > LARGEST_JITTER_MS)) {
    const bounds = [SMALLEST_JITTER_MS, LARGEST_JITTER_MS].map(formatDuration).join(' to ');
    throw new Error(`jitter must be ${bounds}, not ${formatDuration(ms)}.`);
  }
  return ms;
}
