import * as fc from 'fast-check';
import { mostInWindow, Permits, promisedStarts } from './permits.js';

const RULE = { limit: 20, periodMs: 60_000 };

describe('The throttle as it is promised', () => {
  it('lets 20 start at once, then one every 3 s', () => {
    const starts = promisedStarts(RULE, Array(50).fill(0));
    expect(starts.slice(0, 20)).toEqual(Array(20).fill(0));
    expect(starts.slice(20)).toEqual(Array.from({ length: 30 }, (_, i) => (i + 1) * 3_000));
  });

  it('gives back permits while nothing starts', () => {
    const permits = new Permits(RULE);
    for (let i = 0; i < 20; i++) permits.take(0);
    expect(permits.availableAt(1, 0)).toBe(3_000);
    expect(permits.availableAt(20, 0)).toBe(60_000);
    expect(permits.availableAt(5, 15_000)).toBe(15_000);
  });

  it('has no fewer than none left, however many start', () => {
    const permits = new Permits(RULE);
    for (let i = 0; i < 100; i++) permits.take(10_000);
    expect(permits.availableAt(1, 10_000)).toBe(13_000);
    expect(permits.availableAt(20, 10_000)).toBe(70_000);
  });

  it('learns of earlier starts later', () => {
    const permits = new Permits(RULE);
    for (let i = 0; i < 20; i++) permits.take(50_000);
    permits.take(10_000);
    expect(permits.availableAt(20, 50_000)).toBe(110_000);
  });

  it('lets a window of 60 s see up to 39 starts', () => {
    expect(mostInWindow(RULE, 60_000)).toBe(39);
    const starts = promisedStarts(RULE, Array(50).fill(0));
    expect(starts.filter((at) => at < 60_000)).toHaveLength(39);
  });

  it('never lets more start in any stretch of time than were saved up and came back, nor a run before it is queued', () => {
    const rule = fc.record({
      limit: fc.integer({ min: 1, max: 10 }),
      intervalMs: fc.integer({ min: 1, max: 5_000 }),
    });
    const queue = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 40 });
    fc.assert(
      fc.property(rule, queue, ({ limit, intervalMs }, queuedAt) => {
        const sorted = queuedAt.toSorted((a, b) => a - b);
        const starts = promisedStarts({ limit, periodMs: limit * intervalMs }, queuedAt);
        starts.forEach((start, i) => {
          expect(start).toBeGreaterThanOrEqual(sorted[i] ?? 0);
          starts.slice(0, i + 1).forEach((from, j) => {
            expect(i - j + 1).toBeLessThanOrEqual(limit + Math.floor((start - from) / intervalMs));
          });
        });
      }),
    );
  });
});
