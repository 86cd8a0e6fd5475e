/** The number of consecutive errors of this server after which a call, timer, event or job is set aside. */
export const MAX_FAILURES = 8;

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 60_000;

/**
 * The delay before the next try after an error of this server: 1, 2, 4, … 60 s.
 *
 * @param failures the number of consecutive errors, from 1
 * @returns milliseconds; undefined when the item has to be set aside
 */
export function delayAfter(failures: number): number | undefined {
  if (failures >= MAX_FAILURES) return undefined;
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
}

/** The name and message of an error, as it is stored and shown. */
export function describeError(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
