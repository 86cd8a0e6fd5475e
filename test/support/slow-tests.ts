/**
 * Slow tests in the same file as quick ones. `npm test` leaves them out; `x.long-spec.ts` runs all tests of `x.e2e-spec.ts`:
 *
 *     await withSlowTests(() => import('./x.e2e-spec.js'));
 */
let areIncluded = false;

/** Loads test files including their slow tests. */
export async function withSlowTests(load: () => Promise<unknown>): Promise<void> {
  areIncluded = true;
  try {
    await load();
  } finally {
    areIncluded = false;
  }
}

/** Like `it`, for a slow test: one with many repetitions, or a longer version of a quick test. */
export function itSlowly(name: string, test: () => Promise<void>): void {
  if (areIncluded) it(name, test);
}

/** The cases for `it.each`: the quick ones, or all. */
export function cases<T>(quick: readonly T[], slow: readonly T[]): T[] {
  return areIncluded ? [...quick, ...slow] : [...quick];
}
