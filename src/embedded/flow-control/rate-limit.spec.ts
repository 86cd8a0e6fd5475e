import * as fc from 'fast-check';
import { compileExpression } from '../expressions/index.js';
import {
  IDEMPOTENCY_PERIOD_MS,
  rateLimit,
  type RateLimit,
  rateLimitedReason,
  rateLimitKey,
  type RateLimitState,
} from './rate-limit.js';

const T0 = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Which of the events at these times start a run. */
function runs(rule: RateLimit, times: readonly number[]): boolean[] {
  let state: RateLimitState | undefined;
  return times.map((time) => {
    const decision = rateLimit(rule, state, T0 + time);
    state = decision.state;
    return decision.allowed;
  });
}

/** Adds up the waits between events to the times of the events. */
function timesAfter(waits: readonly number[]): number[] {
  let at = 0;
  return waits.map((wait) => (at += wait));
}

const idempotency: RateLimit = { limit: 1, periodMs: IDEMPOTENCY_PERIOD_MS, writtenAs: 'idempotency' };
const perMinute = (limit: number): RateLimit => ({ limit, periodMs: MINUTE, writtenAs: 'rateLimit' });

describe('rateLimit', () => {
  it('allows an idempotency key again after 24 hours', () => {
    expect(
      runs(idempotency, [0, 1, 24 * HOUR - MINUTE, 24 * HOUR - 1, 24 * HOUR, 24 * HOUR + MINUTE]),
    ).toEqual([true, false, false, false, true, false]);
  });

  it('spreads a limit over its period', () => {
    expect(runs(perMinute(2), [0, 1, 29_999, 30_000, 59_999, 60_000])).toEqual([
      true,
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  it('allows a tenth of the limit at the same time in addition', () => {
    expect(runs(perMinute(10), [0, 0, 0, 5_999, 6_000, 6_001])).toEqual([
      true,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it('names the first time at which an event would start a run again', () => {
    const { state } = rateLimit(idempotency, undefined, T0);
    expect(rateLimit(idempotency, state, T0 + HOUR)).toEqual({
      allowed: false,
      at: T0 + 24 * HOUR,
      state,
    });
  });

  it('allows, with a limit of 1, one run and then none for a period', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 30 * HOUR }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(gaps, (waits) => {
        const times = timesAfter(waits);
        let last = Number.NEGATIVE_INFINITY;
        const model = times.map((time) => {
          if (time - last < 24 * HOUR) return false;
          last = time;
          return true;
        });
        expect(runs(idempotency, times)).toEqual(model);
      }),
    );
  });

  it('equals a bucket that fills evenly, with room for one run and a tenth of the limit', () => {
    const cases = fc.record({
      limit: fc.integer({ min: 1, max: 200 }),
      waits: fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 100 }),
    });
    fc.assert(
      fc.property(cases, ({ limit, waits }) => {
        const times = timesAfter(waits);
        // Counts whole shares of a run: a run has as many shares as the period has milliseconds.
        const room = (1 + Math.floor(limit / 10)) * MINUTE;
        let [shares, before] = [room, 0];
        const model = times.map((time) => {
          shares = Math.min(room, shares + (time - before) * limit);
          before = time;
          if (shares < MINUTE) return false;
          shares -= MINUTE;
          return true;
        });
        expect(runs(perMinute(limit), times)).toEqual(model);
      }),
    );
  });

  it('never allows more than the limit and its tenth within a period', () => {
    const cases = fc.record({
      limit: fc.integer({ min: 1, max: 200 }),
      waits: fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 300 }),
    });
    fc.assert(
      fc.property(cases, ({ limit, waits }) => {
        const times = timesAfter(waits);
        const allowed = runs(perMinute(limit), times);
        const started = times.filter((_time, at) => allowed[at]);
        const within = started.map(
          (from) => started.filter((time) => time >= from && time < from + MINUTE).length,
        );
        expect(Math.max(...within)).toBeLessThanOrEqual(limit + Math.floor(limit / 10) + 1);
      }),
    );
  });

  it('counts each value of the key separately, and does not count false', () => {
    const rule: RateLimit = { ...idempotency, key: compileExpression('event.data.taskId') };
    const key = (data: object) => rateLimitKey(rule, { event: { data } }, T0);
    expect(key({ taskId: 5 })).toEqual(key({ taskId: '5' }));
    expect(key({ taskId: 'a' })).toEqual({ kind: 'key', key: 'a' });
    expect(key({ taskId: false })).toEqual({ kind: 'unlimited' });
    expect(key({})).toEqual({ kind: 'unlimited' });
    expect(rateLimitKey(idempotency, { event: {} }, T0)).toEqual({ kind: 'key', key: '' });
  });

  it('has a reason that says why an event started no run', () => {
    expect(rateLimitedReason(idempotency, T0, '01RUN')).toBe(
      'duplicate of run 01RUN: the same idempotency key until 2026-01-01T00:00:00.000Z',
    );
    expect(rateLimitedReason(idempotency, T0)).toContain('duplicate of an earlier run');
    expect(rateLimitedReason(perMinute(10), T0)).toBe(
      'rate limited to 10 per 1 m until 2026-01-01T00:00:00.000Z',
    );
  });
});
