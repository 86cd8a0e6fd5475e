import { excessStarts, throttledStarts, type ThrottledStarts } from './throttled-starts.js';

const RULE = { limit: 20, periodMs: 60_000 };

/** Checks runs that were queued at 0 and started at these times, in milliseconds. Each took `tookMs`. */
const held = (startedAt: readonly number[], tookMs = 1_000): ThrottledStarts =>
  throttledStarts(
    RULE,
    10,
    startedAt.map((at) => ({ queuedAt: 0, startedAt: at, endedAt: at + tookMs })),
    { burstMs: 2_500, laterMs: 1_500 },
  );

const burst = (count: number, at = 0): number[] => Array<number>(count).fill(at);

describe('Starts held against the throttle', () => {
  it('are 20 at once and one every 3 s', () => {
    expect(held([...burst(20), 3_000, 6_000])).toEqual({ atOnce: 20, late: [] });
  });

  it('count as one burst for as long as none of it is late', () => {
    expect(held([...burst(17), ...burst(3, 2_400), 3_000, 6_000])).toEqual({ atOnce: 20, late: [] });
  });

  it('are fewer at once only where some are late', () => {
    expect(held([...burst(17), ...burst(3, 2_600), 3_000, 6_000])).toEqual({
      atOnce: 17,
      late: [100, 100, 100],
    });
  });

  it('are not late where the machine is so slow that the second half of the burst has to wait for the first', () => {
    const starts = [...burst(10), ...burst(10, 4_000), 7_000, 7_000];
    expect(held(starts, 3_000)).toEqual({ atOnce: 20, late: [] });
    expect(held(starts, 1_000)).toMatchObject({ atOnce: 10 });
  });

  it('are more at once where the throttle lets too many through', () => {
    expect(held([...burst(21), 3_000])).toMatchObject({ atOnce: 21 });
    expect(excessStarts(RULE, [...burst(21), 3_000], 0)).toBe(1);
    expect(excessStarts(RULE, [...burst(20), 3_000], 0)).toBe(0);
  });
});
