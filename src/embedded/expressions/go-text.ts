import { CelType, Duration, type CelValue, UnsignedInt, isList, mapEntries } from './values.js';

/** Go writes numbers of 10 to this power or more with an exponent. */
const EXPONENT_FROM = 6;

/**
 * The text of a value, as in the real server's keys, and where `+` joins values of different types. That server prints
 * them in Go's format: 5 is "5", 12345678 is "1.2345678e+07", null is "NULL_VALUE", a list is "[a b]", a map is "map[k:v]"
 * (measured on its expression package).
 */
export function goText(value: CelValue): string {
  return value === null ? 'NULL_VALUE' : nested(value);
}

function nested(value: CelValue): string {
  if (value === null) return '<nil>';
  if (typeof value === 'number') return goNumber(value);
  if (typeof value !== 'object') return String(value);
  if (isList(value)) return `[${value.map(nested).join(' ')}]`;
  if (value instanceof UnsignedInt) return String(value.value);
  if (value instanceof Uint8Array) return `[${value.join(' ')}]`;
  if (value instanceof Date) return goTime(value);
  if (value instanceof Duration) return goDuration(value);
  if (value instanceof CelType) return value.name;
  const entries = mapEntries(value).map(([key, item]) => [nested(key), nested(item)] as const);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${item}`).join(' ')}]`;
}

/** The text of a double: with an exponent for a million or more, and below one ten-thousandth. */
export function goNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  // Between these limits, JavaScript writes no exponent either.
  if (power >= -4 && power < EXPONENT_FROM) return String(value);
  const sign = power < 0 ? '-' : '+';
  return `${digits}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}

function goTime(date: Date): string {
  const [day = '', time = ''] = date.toISOString().split('T');
  return `${day} ${time.replace(/\.?0*Z$/, '')} +0000 UTC`;
}

function goDuration(duration: Duration): string {
  const nanos = duration.seconds * 1_000_000_000n + BigInt(duration.nanos);
  if (nanos === 0n) return '0s';
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  for (const [unit, scale] of [
    ['ns', 1n],
    ['µs', 1_000n],
    ['ms', 1_000_000n],
  ] as const) {
    if (size < scale * 1_000n) return `${sign}${decimal(size, scale)}${unit}`;
  }
  const hours = size / 3_600_000_000_000n;
  const minutes = (size / 60_000_000_000n) % 60n;
  const seconds = `${decimal(size % 60_000_000_000n, 1_000_000_000n)}s`;
  if (hours > 0n) return `${sign}${hours}h${minutes}m${seconds}`;
  return minutes > 0n ? `${sign}${minutes}m${seconds}` : `${sign}${seconds}`;
}

/** `size / scale` as a decimal fraction without trailing zeros; the scale is a power of ten. */
function decimal(size: bigint, scale: bigint): string {
  const rest = String(size % scale).padStart(String(scale).length - 1, '0');
  const fraction = scale === 1n ? '' : rest.replace(/0+$/, '');
  return fraction === '' ? String(size / scale) : `${size / scale}.${fraction}`;
}
