/**
 * Slow tests beside quick ones. `npm test` leaves them out; `x.long-spec.ts` runs all of `x.e2e-spec.ts`:
 *
 *     await withSlowTests(() => import('./x.e2e-spec.js'));
 */
let areIncluded = false;

/** Loads test files with their slow tests. */
export async function withSlowTests(load: () => Promise<unknown>): Promise<void> {
  areIncluded = true;
  try {
    await load();
  } finally {
    areIncluded = false;
  }
}

/** As `it`, for a test that repeats much, or shows at length what a quick one shows in short. */
export function itSlowly(name: string, test: () => Promise<void>): void {
  if (areIncluded) it(name, test);
}

/** The cases of `it.each` that are tried: those that are quick, or all. */
export function cases<T>(quick: readonly T[], slow: readonly T[]): T[] {
  return areIncluded ? [...quick, ...slow] : [...quick];
}
