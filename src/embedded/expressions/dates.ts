import type { CelValue } from './values.js';

const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?<zone>Z|[+-]\d{2}:\d{2})?)?$/;

/** RFC 1123, RFC 850 and similar formats, which begin with the name of a day. JavaScript can parse them. */
const WRITTEN = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? .*\d{4}|^\d{2} [A-Z][a-z]{2} \d{2} /;

/**
 * Inngest's `date(x)`. A string may be in ISO 8601, in UTC unless it names a zone, or in one of the usual written formats.
 * An int means seconds, milliseconds or nanoseconds since 1970, depending on its size, and must be in the year 2000 or
 * later. Undefined for everything else.
 */
export function dateOf(value: CelValue): Date | undefined {
  if (typeof value === 'bigint') return ofInt(value);
  if (typeof value !== 'string') return undefined;
  const iso = ISO.exec(value);
  if (iso) return valid(new Date(value.includes('T') && !iso.groups?.['zone'] ? `${value}Z` : value));
  return WRITTEN.test(value)
    ? valid(new Date(/[+-]\d{4}|[A-Z]{3}$/.test(value) ? value : `${value} UTC`))
    : undefined;
}

function ofInt(value: bigint): Date | undefined {
  if (value < 946_684_800n) return undefined;
  if (value < 9_999_999_999n) return new Date(Number(value) * 1_000);
  return valid(new Date(Number(value < 9_999_999_999_999n ? value : value / 1_000_000n)));
}

function valid(date: Date): Date | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date;
}
