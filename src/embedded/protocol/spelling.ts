/**
 * Inngest ignores the case of the keys in a registration, and treats null as absent (it is written in Go). SDKs rely on
 * both: the Go SDK sends `Singleton: null`, the Python SDK sends `appname`.
 */

/** Whether a value counts as absent. SDKs send null, "", [] or {} for an option that is not set. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/** The value of a key in any spelling; undefined if it is absent or null. */
export function valueOf(fields: Readonly<Record<string, unknown>>, key: string): unknown {
  const exact = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (exact !== undefined && exact !== null) return exact;
  const lower = key.toLowerCase();
  for (const [other, value] of Object.entries(fields)) {
    if (other.toLowerCase() === lower && value !== undefined && value !== null) return value;
  }
  return undefined;
}

/** The keys that have a value and are not known, in any spelling. */
export function unknownKeys(fields: Readonly<Record<string, unknown>>, known: readonly string[]): string[] {
  const spellings = new Set(known.map((key) => key.toLowerCase()));
  return Object.keys(fields).filter((key) => !spellings.has(key.toLowerCase()) && !isEmpty(fields[key]));
}

/** The same fields with the known keys in the spelling of `known`, without those whose value is null. */
export function respelled(
  fields: Readonly<Record<string, unknown>>,
  known: readonly string[],
): Record<string, unknown> {
  const spellings = new Map(known.map((key) => [key.toLowerCase(), key]));
  const entries = Object.entries(fields)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]): [string, unknown] => [spellings.get(key.toLowerCase()) ?? key, value])
    // The exact spelling has precedence over others.
    .toSorted(([a], [b]) => Number(Object.hasOwn(fields, a)) - Number(Object.hasOwn(fields, b)));
  return Object.fromEntries(entries);
}
