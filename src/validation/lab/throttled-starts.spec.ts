import { excessStarts, throttledStarts, type ThrottledStarts } from './throttled-starts.js';

const RULE = { limit: 20, periodMs: 60_000 };

/** 22 runs that were sent together and started so many milliseconds later. */
const held = (...startedAt: number[]): ThrottledStarts =>
  throttledStarts(
    RULE,
    startedAt.map((at) => ({ queuedAt: 0, startedAt: at })),
    { burstMs: 2_500, laterMs: 1_500 },
  );

const burst = (count: number, at = 0): number[] => Array<number>(count).fill(at);

describe('Starts held against the throttle', () => {
  it('are 20 at once and one every 3 s', () => {
    expect(held(...burst(20), 3_000, 6_000)).toEqual({ atOnce: 20, late: [] });
  });

  it('count as one burst for as long as none of it is late', () => {
    expect(held(...burst(17), ...burst(3, 2_400), 3_000, 6_000)).toEqual({ atOnce: 20, late: [] });
  });

  it('are fewer at once only where some are late', () => {
    expect(held(...burst(17), ...burst(3, 2_600), 3_000, 6_000)).toEqual({
      atOnce: 17,
      late: [100, 100, 100],
    });
  });

  it('are more at once where the throttle lets too many through', () => {
    expect(held(...burst(21), 3_000)).toMatchObject({ atOnce: 21 });
    expect(excessStarts(RULE, [...burst(21), 3_000], 0)).toBe(1);
    expect(excessStarts(RULE, [...burst(20), 3_000], 0)).toBe(0);
  });
});
