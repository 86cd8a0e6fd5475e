import * as fc from 'fast-check';
import { nextTimeout, timedOutReason } from './run-timeouts.js';

const T0 = Date.UTC(2026, 0, 1);

describe('timeouts', () => {
  const rule = { startMs: 10_000, finishMs: 60_000 };

  it('counts from the queue time for a run that has not started', () => {
    expect(nextTimeout(rule, T0, undefined)).toEqual({ kind: 'start', at: T0 + 10_000, afterMs: 10_000 });
  });

  it('counts from the first call for a run that has started', () => {
    expect(nextTimeout(rule, T0, T0 + 9_000)).toEqual({ kind: 'finish', at: T0 + 69_000, afterMs: 60_000 });
  });

  it('is undefined if the timeout is not set', () => {
    expect(nextTimeout({}, T0, undefined)).toBeUndefined();
    expect(nextTimeout({ startMs: 1 }, T0, T0)).toBeUndefined();
    expect(nextTimeout({ finishMs: 1 }, T0, undefined)).toBeUndefined();
  });

  it('ends each run that takes longer than a timeout, and no other run', () => {
    const ms = fc.nat(100);
    const limit = fc.option(ms, { nil: undefined });
    const cases = fc.record({ startMs: limit, finishMs: limit, wait: ms, work: ms });
    fc.assert(
      fc.property(cases, ({ startMs, finishMs, wait, work }) => {
        const limits = {
          ...(startMs !== undefined && { startMs }),
          ...(finishMs !== undefined && { finishMs }),
        };
        const startedAt = T0 + wait;
        // The timeout while it waits, and the one while it works. The first that comes due ends the run.
        const ended = [
          { timeout: nextTimeout(limits, T0, undefined), until: startedAt },
          { timeout: nextTimeout(limits, T0, startedAt), until: startedAt + work },
        ].find(({ timeout, until }) => timeout !== undefined && timeout.at < until)?.timeout;

        const late = (took: number, most = took): boolean => took > most;
        const [waitedTooLong, workedTooLong] = [late(wait, startMs), late(work, finishMs)];
        expect(ended).toEqual(
          waitedTooLong
            ? { kind: 'start', at: T0 + (startMs ?? 0), afterMs: startMs }
            : workedTooLong
              ? { kind: 'finish', at: startedAt + (finishMs ?? 0), afterMs: finishMs }
              : undefined,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  it('has a reason that names the timeout', () => {
    expect(timedOutReason('start', 10_000)).toBe('cancelled: not started within 10 s');
    expect(timedOutReason('finish', 60_000)).toBe('cancelled: not finished within 1 m of its start');
  });
});
