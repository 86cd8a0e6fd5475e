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

const FIELDS = [
  { name: 'minute', max: 59, values: /^\d+$/ },
  { name: 'hour', max: 23, values: /^\d+$/ },
  { name: 'day of the month', max: 31, values: /^\d+$/ },
  { name: 'month', max: 12, values: /^(\d+|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)$/i },
  { name: 'day of the week', max: 6, values: /^([0-6]|sun|mon|tue|wed|thu|fri|sat)$/i },
] as const;

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
  const cron = new Cron(normalize(match?.groups?.['pattern'] ?? ''), { timezone: 'UTC', paused: true });
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

/** The fields in a form that says the same to the library as the given one does to Inngest. */
function normalize(pattern: string): string {
  const fields = pattern.trim().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    throw new Error(
      `"${pattern}" has ${fields.length} fields; a schedule has five, minutes to days of the week.`,
    );
  }
  return FIELDS.map((field, index) =>
    (fields[index] ?? '')
      .split(',')
      .map((part) => normalizePart(part, field))
      .join(','),
  ).join(' ');
}

function normalizePart(part: string, { name, max, values }: (typeof FIELDS)[number]): string {
  const [range = '', step, ...rest] = part.split('/');
  const [from = '', to, ...more] = range === '?' ? ['*'] : range.split('-');
  const isRange =
    from === '*' ? to === undefined : values.test(from) && (to === undefined || values.test(to));
  if (!isRange || rest.length > 0 || more.length > 0 || !/^[1-9]\d*$/.test(step ?? '1')) {
    throw new Error(`"${part}" is no ${name} of a schedule.`);
  }
  const until = to ?? (step !== undefined && from !== '*' ? String(max) : undefined);
  return [
    from,
    ...(until === undefined ? [] : ['-', until]),
    ...(step === undefined ? [] : ['/', step]),
  ].join('');
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
