const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The units that Inngest reads, in milliseconds, from the longest to the shortest. */
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
  /** The text (or other value) that was refused. */
  readonly text: unknown;

  constructor(text: unknown) {
    super(
      `${typeof text === 'string' ? `"${text}"` : `A ${typeof text}`} is not a duration: write numbers with units, such as "500ms", "60s", "1m30s", "24h", "2d" or "1w".`,
    );
    this.name = 'DurationError';
    this.text = text;
  }
}

/**
 * Reads one of Inngest's durations: numbers with the units `w d h m s ms us ns` in any order, such as "1m30s",
 * "1.5h" or "2d". Fractions of a millisecond are cut off.
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
  // "0.07s" is 70.00000000000001 in doubles; a millionth of a millisecond is below anything that can be written.
  return Math.floor(ms + 1e-6);
}

/**
 * A duration for people: the two largest units that count, such as "1 m 30 s", "2 d", "850 ms".
 * What is smaller is rounded away.
 */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  const steps: [string, number][] = [
    ['d', DAY],
    ['h', HOUR],
    ['m', MINUTE],
    ['s', SECOND],
  ];
  // From ten seconds on nobody counts tenths; below, 1.5 s is not 2 s.
  if (ms < 10 * SECOND) return `${Math.round(ms / 100) / 10} s`;
  for (const [at, [unit, size]] of steps.entries()) {
    if (ms < size) continue;
    const next = steps[at + 1];
    if (!next) return `${Math.round(ms / size)} ${unit}`;
    const [smallerUnit, smaller] = next;
    const rounded = Math.round(ms / smaller) * smaller;
    const whole = Math.floor(rounded / size);
    const rest = (rounded - whole * size) / smaller;
    return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${smallerUnit}`;
  }
  return `${ms} ms`;
}
