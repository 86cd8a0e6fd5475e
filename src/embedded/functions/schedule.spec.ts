import * as fc from 'fast-check';
import { parseSchedule } from './schedule.js';

const MINUTE = 60 * 1_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The first ticks after a time, in ISO 8601. */
function ticks(cron: string, after: string, count: number): string[] {
  const schedule = parseSchedule(cron, undefined);
  const found: string[] = [];
  let time: number | undefined = Date.parse(after);
  while (found.length < count && time !== undefined) {
    time = schedule.next(time);
    if (time !== undefined) found.push(new Date(time).toISOString().replace(':00.000Z', 'Z'));
  }
  return found;
}

describe('parseSchedule', () => {
  it.each([
    ['0 9 * * 1', '2026-01-01T00:00Z', ['2026-01-05T09:00Z', '2026-01-12T09:00Z']],
    ['TZ=Europe/Berlin 0 9 * * 1', '2026-01-01T00:00Z', ['2026-01-05T08:00Z', '2026-01-12T08:00Z']],
    ['CRON_TZ=America/New_York 0 9 * * mon', '2026-07-01T00:00Z', ['2026-07-06T13:00Z']],
    ['*/20 * * * *', '2026-01-01T00:20Z', ['2026-01-01T00:40Z', '2026-01-01T01:00Z']],
    ['5/20 * * * ?', '2026-01-01T00:00Z', ['2026-01-01T00:05Z', '2026-01-01T00:25Z', '2026-01-01T00:45Z']],
    ['0 0 13 * FRI', '2026-02-01T00:00Z', ['2026-02-06T00:00Z', '2026-02-13T00:00Z', '2026-02-20T00:00Z']],
    ['0 0 29 feb *', '2026-01-01T00:00Z', ['2028-02-29T00:00Z']],
    // If one of the day fields has a star, both fields must match.
    ['0 0 */1 * 1', '2026-01-01T00:00Z', ['2026-01-05T00:00Z', '2026-01-12T00:00Z']],
    ['0 0 ?/1 * mon', '2026-01-01T00:00Z', ['2026-01-05T00:00Z', '2026-01-12T00:00Z']],
    ['0 0 1,* * 1', '2026-01-01T00:00Z', ['2026-01-05T00:00Z', '2026-01-12T00:00Z']],
    ['0 0 13 * */1', '2026-01-01T00:00Z', ['2026-01-13T00:00Z', '2026-02-13T00:00Z']],
    ['0 0 13 * 5,*', '2026-01-01T00:00Z', ['2026-01-13T00:00Z', '2026-02-13T00:00Z']],
    // Without a star, one of the day fields is enough.
    ['0 0 */10 * 1', '2026-01-01T00:00Z', ['2026-01-05T00:00Z', '2026-01-11T00:00Z', '2026-01-12T00:00Z']],
    ['0 0 1-31 * 1', '2026-01-01T00:00Z', ['2026-01-02T00:00Z', '2026-01-03T00:00Z']],
    ['0 0 1/1 * 1', '2026-01-01T00:00Z', ['2026-01-02T00:00Z', '2026-01-03T00:00Z']],
    ['0 0 13 * 0-6', '2026-01-01T00:00Z', ['2026-01-02T00:00Z', '2026-01-03T00:00Z']],
    ['0 0 15 * */5', '2026-01-01T00:00Z', ['2026-01-02T00:00Z', '2026-01-04T00:00Z', '2026-01-09T00:00Z']],
    ['0 0 * JAN-mar Mon-wed/2', '2026-03-29T00:00Z', ['2026-03-30T00:00Z', '2027-01-04T00:00Z']],
    ['7/90 */90 * * *', '2026-01-01T00:00Z', ['2026-01-01T00:07Z', '2026-01-02T00:07Z']],
    ['05,,07 00 * * 01', '2026-01-01T00:00Z', ['2026-01-05T00:05Z', '2026-01-05T00:07Z']],
  ])('reads %s', (cron, after, expected) => {
    expect(ticks(cron, after, expected.length)).toEqual(expected);
  });

  it('has no tick for a date that does not exist', () => {
    expect(parseSchedule('0 0 30 2 *', undefined).next(0)).toBeUndefined();
  });

  it('has no tick at a local time that is skipped when clocks go forward', () => {
    expect(ticks('TZ=Europe/Berlin 30 2 * * *', '2026-03-28T00:00Z', 2)).toEqual([
      '2026-03-28T01:30Z',
      '2026-03-30T00:30Z',
    ]);
  });

  it('ticks twice at a local time that occurs twice when clocks go back', () => {
    expect(ticks('TZ=Europe/Berlin 30 2 * * *', '2026-10-24T12:00Z', 3)).toEqual([
      '2026-10-25T00:30Z',
      '2026-10-25T01:30Z',
      '2026-10-26T01:30Z',
    ]);
  });

  it('finds the same tick as a model that checks the local time of every minute', () => {
    const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'];
    // Around the clock changes of 2026 in these zones, and one day without a change.
    const starts = [
      '2026-03-08',
      '2026-03-29',
      '2026-04-05',
      '2026-07-01',
      '2026-10-04',
      '2026-10-25',
      '2026-11-01',
    ];
    const part = (max: number): fc.Arbitrary<string> =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min: 0, max }).map(String),
        fc.integer({ min: 1, max: 12 }).map((step) => `*/${step}`),
        fc
          .tuple(fc.integer({ min: 0, max }), fc.integer({ min: 0, max }))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      );
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.constantFrom(...starts),
        fc.integer({ min: -12 * 60, max: 24 * 60 }),
        part(59),
        part(23),
        (zone, day, offset, minute, hour) => {
          const start = Date.parse(`${day}T00:00Z`) + offset * MINUTE;
          const expected = firstMatch(zone, minute, hour, start);
          expect(parseSchedule(`TZ=${zone} ${minute} ${hour} * * *`, undefined).next(start)).toBe(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it.each([
    ['* * * * * *', 'has 6 fields'],
    ['@daily', 'has 1 fields'],
    ['60 * * * *', 'minute'],
    ['0 0 L * *', 'is not a valid day of the month'],
    ['0 0 * * 7', 'is not a valid day of the week'],
    ['0 0 * * 5#2', 'is not a valid day of the week'],
    ['*/0 * * * *', 'is not a valid minute'],
    ['20-10 * * * *', '20-10'],
    ['0 0 * * fri-mon', 'is not a valid day of the week'],
    ['0 0 15W * *', 'is not a valid day of the month'],
    ['0 0 LW * *', 'is not a valid day of the month'],
    ['0 0 * * 5L', 'is not a valid day of the week'],
    ['0 0 * * mon#1', 'is not a valid day of the week'],
    ['0 0 0 * *', 'is not a valid day of the month'],
    ['0 0 32 * *', 'is not a valid day of the month'],
    ['0 0 * 13 *', 'is not a valid month'],
    ['0 0 * january *', 'is not a valid month'],
    ['0 mon * * *', 'is not a valid hour'],
    ['1-2-3 * * * *', 'is not a valid minute'],
    ['*/2/3 * * * *', 'is not a valid minute'],
    [', * * * *', 'is not a valid minute'],
    ['0 24 * * *', 'is not a valid hour'],
    ['-5 * * * *', 'is not a valid minute'],
    ['TZ=Nowhere/Land 0 9 * * *', 'Nowhere/Land'],
    [`0 9 * * 1${',1'.repeat(150)}`, 'longer than 255'],
  ])('refuses %s', (cron, words) => {
    expect(() => parseSchedule(cron, undefined)).toThrow(words);
  });

  it.each([
    [undefined, 0],
    ['', 0],
    ['1s', 1_000],
    ['5m', 5 * MINUTE],
  ])('accepts a jitter of %s', (jitter, ms) => {
    expect(parseSchedule('0 9 * * *', jitter).jitterMs).toBe(ms);
  });

  it.each(['500ms', '6m', 'soon', 5])('refuses a jitter of %s', (jitter) => {
    expect(() => parseSchedule('0 9 * * *', jitter)).toThrow();
  });
});

function firstMatch(zone: string, minute: string, hour: string, start: number): number {
  const format = new Intl.DateTimeFormat('en-GB', { timeZone: zone, hour: 'numeric', minute: 'numeric' });
  for (let time = Math.floor(start / MINUTE) * MINUTE + MINUTE; time < start + 3 * DAY; time += MINUTE) {
    const [shownHour, shownMinute] = format.format(time).split(':').map(Number);
    if (fits(minute, shownMinute ?? 0) && fits(hour, shownHour ?? 0)) return time;
  }
  throw new Error('There is always one within three days.');
}

function fits(part: string, value: number): boolean {
  if (part === '*') return true;
  if (part.startsWith('*/')) return value % Number(part.slice(2)) === 0;
  const [from, to = from] = part.split('-').map(Number);
  return value >= (from ?? 0) && value <= (to ?? 0);
}
