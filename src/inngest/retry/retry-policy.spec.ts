import * as fc from 'fast-check';
import { retryDelay } from './retry-policy.js';

const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('retryDelay', () => {
  it('is about 1, 2, 4, 8, 16 s without chance', () => {
    expect([0, 1, 2, 3, 4].map((attempt) => retryDelay(attempt, () => 0))).toEqual([
      1050, 2100, 4200, 8400, 16_800,
    ]);
  });

  it('is never less than its base, and at most 10 % more', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 19 }), chance, (attempt, random) => {
        const base = 1050 * 2 ** attempt;
        const delay = retryDelay(attempt, () => random);
        expect(delay).toBeGreaterThanOrEqual(base);
        expect(delay).toBeLessThan(base * 1.1 + 1e-6);
      }),
    );
  });

  it('grows with every attempt, whatever chance has it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 18 }), chance, chance, (attempt, first, second) => {
        expect(retryDelay(attempt + 1, () => second)).toBeGreaterThan(retryDelay(attempt, () => first));
      }),
    );
  });

  it('grows with chance', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), (attempt) => {
        expect(retryDelay(attempt, () => 0.5)).toBeCloseTo(1050 * 2 ** attempt * 1.05);
      }),
    );
  });
});
