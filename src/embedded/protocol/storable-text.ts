/**
 * U+0000 ends a text for libsql and Node 22.13 when they read it back from SQLite. Half of a surrogate pair has no UTF-8:
 * SQLite, hashes and HTTP write U+FFFD for each, so texts that differ only there would become the same. The server refuses
 * both in every text that it stores as it is: ids, names and versions. JSON escapes them, so data may contain them.
 */
const NUL = '\0';
const LONE_SURROGATE = /\p{Surrogate}/u;

/** The end of an error message that begins with what contains U+0000. */
const CONTAINS_NUL = 'contains the character U+0000, which the embedded Inngest cannot store';
const CONTAINS_SURROGATE =
  'contains half of a surrogate pair, which is no character and which the embedded Inngest cannot tell from another';

/** Why the server cannot store a text, as the end of a sentence that begins with its field; undefined if it can. */
export function unstorable(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  if (value.includes(NUL)) return CONTAINS_NUL;
  return LONE_SURROGATE.test(value) ? CONTAINS_SURROGATE : undefined;
}

/** The text with the characters that cannot be stored written as `\0` and `\ud800`, for keys that are made from data. */
export function storableKey(text: string): string {
  return text
    .replaceAll(NUL, String.raw`\0`)
    .replace(/\p{Surrogate}/gu, (half) => String.raw`\u` + half.charCodeAt(0).toString(16));
}
