import * as fc from 'fast-check';
import { compileExpression } from '../expressions/index.js';
import { debounce, type Debounce, debouncedReason, debounceKey, type DebounceState } from './debounce.js';

const T0 = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

interface Run {
  at: number;
  event: number;
}

/** The runs that events at these times start (in milliseconds from the start). */
function runs(rule: Debounce, times: readonly number[]): Run[] {
  const started: Run[] = [];
  let pending: { state: DebounceState; event: number } | undefined;
  const flush = () => {
    if (pending) started.push({ at: pending.state.startAt - T0, event: pending.event });
    pending = undefined;
  };
  for (const time of times) {
    if (pending && pending.state.startAt <= T0 + time) flush();
    const { state, takesEvent } = debounce(rule, pending?.state, T0 + time, T0 + time);
    pending = { state, event: takesEvent || !pending ? time : pending.event };
  }
  flush();
  return started;
}

describe('debounce', () => {
  it('starts one run with the last event, one period after it', () => {
    expect(runs({ periodMs: MINUTE }, [0, 10_000, 30_000])).toEqual([{ at: 90_000, event: 30_000 }]);
  });

  it('starts another run for an event after that', () => {
    expect(runs({ periodMs: MINUTE }, [0, 70_000])).toEqual([
      { at: 60_000, event: 0 },
      { at: 130_000, event: 70_000 },
    ]);
  });

  it('starts at the latest a timeout after the first event', () => {
    const every50s = Array.from({ length: 5 }, (_, i) => i * 50_000);
    expect(runs({ periodMs: MINUTE, timeoutMs: 2 * MINUTE }, every50s)).toEqual([
      { at: 120_000, event: 100_000 },
      { at: 260_000, event: 200_000 },
    ]);
  });

  it('ends at a timeout that is shorter than the period', () => {
    expect(runs({ periodMs: MINUTE, timeoutMs: 10_000 }, [0])).toEqual([{ at: 10_000, event: 0 }]);
  });

  it('ignores an event that is older than the event it holds', () => {
    const first = debounce({ periodMs: MINUTE }, undefined, T0 + 5_000, T0);
    expect(debounce({ periodMs: MINUTE }, first.state, T0 + 4_999, T0 + 30_000)).toEqual({
      state: first.state,
      takesEvent: false,
    });
  });

  it('starts a run whenever no event comes for a period, or the timeout ends', () => {
    const cases = fc.record({
      periodMs: fc.integer({ min: 1, max: 1_000 }),
      timeoutMs: fc.option(fc.integer({ min: 1, max: 3_000 }), { nil: undefined }),
      waits: fc.array(fc.integer({ min: 0, max: 1_500 }), { minLength: 1, maxLength: 40 }),
    });
    fc.assert(
      fc.property(cases, ({ periodMs, timeoutMs, waits }) => {
        const times = waits.map(
          (
            (at) => (wait: number) =>
              (at += wait)
          )(0),
        );
        const model: Run[] = [];
        for (let rest = times; rest.length > 0;) {
          const [first = 0] = rest;
          const end = first + (timeoutMs ?? Number.POSITIVE_INFINITY);
          let count = 1;
          while (
            count < rest.length &&
            Number(rest[count]) < Math.min(Number(rest[count - 1]) + periodMs, end)
          )
            count++;
          const last = Number(rest[count - 1]);
          model.push({ at: Math.min(last + periodMs, end), event: last });
          rest = rest.slice(count);
        }
        expect(runs({ periodMs, timeoutMs }, times)).toEqual(model);
      }),
    );
  });

  it('is one debounce without a key, and one for each value of a key', () => {
    const rule: Debounce = { periodMs: MINUTE, key: compileExpression('event.data.account') };
    expect(debounceKey({ periodMs: MINUTE }, { event: {} }, T0)).toBe('');
    expect(debounceKey(rule, { event: { data: { account: 'a' } } }, T0)).toBe('a');
  });

  it('has a reason that names the time of the start', () => {
    const { state } = debounce({ periodMs: MINUTE }, undefined, T0, T0);
    expect(debouncedReason(state)).toBe('debounced until 2026-01-01T00:01:00.000Z');
  });
});
