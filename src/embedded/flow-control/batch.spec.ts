import * as fc from 'fast-check';
import { compileExpression } from '../expressions/index.js';
import { batch, type Batch, batchedReason, batchKey, type BatchState, isBatched } from './batch.js';

const T0 = Date.UTC(2026, 0, 1);

interface Run {
  at: number;
  events: number[];
}

/** The runs that events at these times start (in milliseconds from the start). */
function runs(rule: Batch, times: readonly number[]): Run[] {
  const started: Run[] = [];
  let state: BatchState | undefined;
  let events: number[] = [];
  const flush = () => {
    if (state) started.push({ at: state.startAt - T0, events });
    state = undefined;
    events = [];
  };
  for (const time of times) {
    if (state && state.startAt <= T0 + time) flush();
    const decision = batch(rule, state, { bytes: 100 }, T0 + time);
    state = decision.state;
    events.push(time);
    if (decision.full) flush();
  }
  flush();
  return started;
}

describe('batchEvents', () => {
  const rule: Batch = { maxSize: 3, timeoutMs: 5_000 };

  it('starts as soon as the batch is full', () => {
    expect(runs(rule, [0, 1_000, 2_000])).toEqual([{ at: 2_000, events: [0, 1_000, 2_000] }]);
  });

  it('starts a timeout after the first event otherwise', () => {
    expect(runs(rule, [0, 4_000])).toEqual([{ at: 5_000, events: [0, 4_000] }]);
  });

  it('begins a new batch after a full one', () => {
    expect(runs(rule, [0, 0, 0, 100])).toEqual([
      { at: 0, events: [0, 0, 0] },
      { at: 5_100, events: [100] },
    ]);
  });

  it('starts as soon as its events have 10 MiB together, including the event that exceeds the limit', () => {
    const large: Batch = { maxSize: 100, timeoutMs: 5_000 };
    const event = { bytes: 2.9 * 1024 * 1024 };
    let state: BatchState | undefined;
    const full = Array.from({ length: 4 }, () => {
      const decision = batch(large, state, event, T0);
      state = decision.state;
      return decision.full;
    });
    expect(full).toEqual([false, false, false, true]);
  });

  it('puts every event into exactly one run, and no run exceeds the size or the timeout', () => {
    const cases = fc.record({
      maxSize: fc.integer({ min: 2, max: 10 }),
      timeoutMs: fc.integer({ min: 1, max: 1_000 }),
      waits: fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 }),
    });
    fc.assert(
      fc.property(cases, ({ maxSize, timeoutMs, waits }) => {
        const times = waits.map(
          (
            (at) => (wait: number) =>
              (at += wait)
          )(0),
        );
        const model: Run[] = [];
        for (let rest = times; rest.length > 0;) {
          const end = Number(rest[0]) + timeoutMs;
          const events = rest.filter((time) => time < end).slice(0, maxSize);
          model.push({ at: events.length === maxSize ? Number(events.at(-1)) : end, events });
          rest = rest.slice(events.length);
        }
        expect(runs({ maxSize, timeoutMs }, times)).toEqual(model);
      }),
    );
  });

  it('collects only the events for which `if` is exactly true', () => {
    const free: Batch = { ...rule, if: compileExpression('event.data.plan == "free"') };
    expect(isBatched(rule, { event: {} }, T0)).toBe(true);
    expect(isBatched(free, { event: { data: { plan: 'free' } } }, T0)).toBe(true);
    expect(isBatched(free, { event: { data: {} } }, T0)).toBe(false);
    expect(
      isBatched(
        { ...rule, if: compileExpression('event.data.plan') },
        { event: { data: { plan: 'x' } } },
        T0,
      ),
    ).toBe(false);
  });

  it('collects one batch without a key, and one batch for each value of a key', () => {
    expect(batchKey(rule, { event: {} }, T0)).toBe('');
    expect(
      batchKey(
        { ...rule, key: compileExpression('event.data.user') },
        { event: { data: { user: 'a' } } },
        T0,
      ),
    ).toBe('a');
  });

  it('has a reason that says what the batch waits for', () => {
    const { state } = batch(rule, undefined, { bytes: 100 }, T0);
    expect(batchedReason(rule, state)).toBe(
      'collecting a batch (1 of 3 events) until 2026-01-01T00:00:05.000Z',
    );
  });
});
