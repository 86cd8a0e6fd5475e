const SECOND = 1_000;
const DAY = 24 * 60 * 60 * SECOND;

/** The units of Inngest's durations that make sense here, in milliseconds. */
const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: SECOND,
  m: 60 * SECOND,
  h: 60 * 60 * SECOND,
  d: DAY,
  w: 7 * DAY,
};
const PARTS = /^(?:\d+(?:\.\d+)?(?:ms|[smhdw]))+$/;
const PART = /(\d+(?:\.\d+)?)(ms|[smhdw])/g;

/**
 * Reads a duration as Inngest writes them, such as "30d", "12h" or "1m30s".
 *
 * @returns whole milliseconds; undefined when the text is none, or so long that it is no number any more
 */
export function parseDuration(text: string): number | undefined {
  if (!PARTS.test(text)) return undefined;
  const parts = [...text.matchAll(PART)].map(([, number, unit]) => Number(number) * (UNITS[unit!] ?? 0));
  const ms = Math.round(parts.reduce((sum, part) => sum + part, 0));
  return Number.isSafeInteger(ms) ? ms : undefined;
}
