const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Inngest's units of durations, in milliseconds, from the longest to the shortest. */
const UNITS = {
  w: 7 * DAY,
  d: DAY,
  h: HOUR,
  m: MINUTE,
  s: SECOND,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
} as const;
type Unit = keyof typeof UNITS;

const PART = /(\d+(?:\.\d*)?|\.\d+)(ms|us|µs|ns|w|d|h|m|s)/y;

/** A text that is not one of Inngest's durations. */
export class DurationError extends Error {
  override readonly name = 'DurationError';
  /** The rejected text or other value. */
  readonly text: unknown;

  constructor(text: unknown) {
    super(
      `${typeof text === 'string' ? `"${text}"` : `A ${typeof text}`} is not a duration: write numbers with units, such as "500ms", "60s", "1m30s", "24h", "2d" or "1w"`,
    );
    this.text = text;
  }
}

/**
 * Reads one of Inngest's durations: numbers with the units `w d h m s ms us ns` in any order, such as "1m30s", "1.5h"
 * or "2d". Fractions of a millisecond are dropped.
 *
 * @returns milliseconds, a whole number of zero or more
 * @throws DurationError for everything else: a bare number, an unknown unit, a negative duration
 */
export function parseDuration(text: unknown): number {
  if (typeof text !== 'string' || text === '') throw new DurationError(text);
  if (text === '0') return 0;
  let ms = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (!part) throw new DurationError(text);
    ms += Number(part[1]) * UNITS[part[2] as Unit];
  }
  if (!Number.isSafeInteger(Math.trunc(ms))) throw new DurationError(text);
  // "1.001s" is 1000.9999999999999 ms in floating point. The added millionth is smaller than any unit that can be
  // written.
  return Math.floor(ms + 1e-6);
}

/** A duration as text, rounded to two significant units: "850 ms", "1.5 s", "1 m 30 s", "2 h 5 m", "7 d". */
export function formatDuration(ms: number): string {
  if (ms < SECOND - 0.5) return `${Math.round(ms)} ms`;
  const tenths = round(ms, SECOND / 10);
  if (tenths < 10 * SECOND) return `${tenths / SECOND} s`;
  const seconds = round(ms, SECOND);
  if (seconds < HOUR)
    return parts(seconds, [
      ['m', MINUTE],
      ['s', SECOND],
    ]);
  const minutes = round(ms, MINUTE);
  if (minutes < DAY)
    return parts(minutes, [
      ['h', HOUR],
      ['m', MINUTE],
    ]);
  return parts(round(ms, HOUR), [
    ['d', DAY],
    ['h', HOUR],
  ]);
}

function round(ms: number, to: number): number {
  return Math.round(ms / to) * to;
}

function parts(ms: number, units: readonly (readonly [unit: string, size: number])[]): string {
  let rest = ms;
  return units
    .map(([unit, size]) => {
      const count = Math.floor(rest / size);
      rest -= count * size;
      return count > 0 ? `${count} ${unit}` : '';
    })
    .filter((part) => part !== '')
    .join(' ');
}
