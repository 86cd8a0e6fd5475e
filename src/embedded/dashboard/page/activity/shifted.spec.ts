import type { Activity, FunctionActivity } from '../../../api/v2/answer-types/activity.js';
import { shifted } from './shifted.js';

const START = Date.UTC(2026, 0, 1);

function activity(fn: Partial<FunctionActivity>): Activity {
  return {
    from: new Date(START).toISOString(),
    bucketMs: 1_000,
    functions: [
      {
        app: { id: 'app' },
        function: { id: 'fn', name: 'Function' },
        queued: 0,
        running: 0,
        executing: 2,
        throttled: 0,
        heldByConcurrency: 0,
        retrying: 0,
        delayed: 0,
        paused: 0,
        concurrency: [],
        starts: [1, 2, 3],
        executingPeaks: [4, 5, 6],
        ...fn,
      },
    ],
  };
}

describe('An activity that was read earlier', () => {
  it('is unchanged within its last second', () => {
    expect(shifted(activity({}), START + 2_999).functions[0]).toMatchObject({
      starts: [1, 2, 3],
      executingPeaks: [4, 5, 6],
    });
  });

  it('moves on with time: no run starts, and the same calls execute', () => {
    const later = shifted(activity({}), START + 4_000);

    expect(later.from).toBe(new Date(START + 2_000).toISOString());
    expect(later.functions[0]).toMatchObject({ starts: [3, 0, 0], executingPeaks: [6, 2, 2] });
  });

  it('has no starts any more after its whole length', () => {
    expect(shifted(activity({}), START + 60_000).functions[0]).toMatchObject({ starts: [0, 0, 0] });
  });

  it('returns permits one by one, up to all of them', () => {
    const throttle = {
      limit: 20,
      periodMs: 60_000,
      burst: 0,
      isKeyed: false,
      permits: 4,
      nextPermitAt: new Date(START + 1_000).toISOString(),
    };
    const permits = (now: number): number | undefined =>
      shifted(activity({ throttle }), START + now).functions[0]?.throttle?.permits;

    expect([999, 1_000, 3_999, 4_000, 600_000].map(permits)).toEqual([4, 5, 5, 6, 20]);
  });
});
