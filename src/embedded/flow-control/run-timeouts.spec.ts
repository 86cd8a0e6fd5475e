import { nextTimeout, timedOutReason } from './run-timeouts.js';

const T0 = Date.UTC(2026, 0, 1);

describe('timeouts', () => {
  const rule = { startMs: 10_000, finishMs: 60_000 };

  it('threatens a run that has not started from when it was queued', () => {
    expect(nextTimeout(rule, T0, undefined)).toEqual({ kind: 'start', at: T0 + 10_000 });
  });

  it('threatens a run that has started from its first call', () => {
    expect(nextTimeout(rule, T0, T0 + 9_000)).toEqual({ kind: 'finish', at: T0 + 69_000 });
  });

  it('threatens nothing that is not set', () => {
    expect(nextTimeout({}, T0, undefined)).toBeUndefined();
    expect(nextTimeout({ startMs: 1 }, T0, T0)).toBeUndefined();
    expect(nextTimeout({ finishMs: 1 }, T0, undefined)).toBeUndefined();
  });

  it('says what was missed', () => {
    expect(timedOutReason(rule, 'start')).toBe('cancelled: not started within 10 s');
    expect(timedOutReason(rule, 'finish')).toBe('cancelled: not finished within 1 m of its start');
  });
});
