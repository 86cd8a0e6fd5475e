/** After so many errors in a row an item is set aside: it waits for the next start, and everything else goes on. */
export const MAX_FAILURES = 8;

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/**
 * How long to wait before an item is tried again with which this server itself failed: 1, 2, 4, … 60 s.
 *
 * @param failures how many errors in a row there were, from 1
 * @returns milliseconds; undefined when it is to be set aside
 */
export function delayAfter(failures: number): number | undefined {
  if (failures >= MAX_FAILURES) return undefined;
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
}

/** An error in one line, for a column and for people. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
