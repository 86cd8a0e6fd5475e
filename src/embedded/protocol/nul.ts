/**
 * U+0000 ends a text for libsql and Node 22.13 when they read it back from SQLite. The server refuses it in every text
 * that it stores as it is: ids, names and versions. JSON escapes it, so data may contain it.
 */
const NUL = '\0';

/** The end of an error message that begins with what contains U+0000. */
export const CONTAINS_NUL = 'contains the character U+0000, which the embedded Inngest cannot store';

export function hasNul(value: unknown): boolean {
  return typeof value === 'string' && value.includes(NUL);
}

/** The text with U+0000 written as `\0`, for keys that are made from data. */
export function withoutNul(text: string): string {
  return text.replaceAll(NUL, String.raw`\0`);
}
