import * as fc from 'fast-check';
import { compileExpression } from '../expressions/index.js';
import {
  throttle,
  type Throttle,
  throttledReason,
  throttleKey,
  throttlePermits,
  type ThrottleState,
} from './throttle.js';

const T0 = Date.UTC(2026, 0, 1);

/** When the runs of a backlog start, if each starts as soon as it may. */
function starts(rule: Throttle, runs: number, from = T0): number[] {
  const times: number[] = [];
  let state: ThrottleState | undefined;
  let now = from;
  while (times.length < runs) {
    const decision = throttle(rule, state, now);
    state = decision.state;
    if (decision.allowed) times.push(now - from);
    else now = decision.at;
  }
  return times;
}

describe('throttle', () => {
  it('starts 20 at the same time and then one every 3 s, for 20 per 60 s', () => {
    const times = starts({ limit: 20, periodMs: 60_000, burst: 0 }, 50);
    expect(times.slice(0, 20)).toEqual(Array(20).fill(0));
    expect(times.slice(20)).toEqual(Array.from({ length: 30 }, (_, i) => 3_000 * (i + 1)));
  });

  it('starts 5 at the same time and then one every 2 s, for 5 per 10 s', () => {
    expect(starts({ limit: 5, periodMs: 10_000, burst: 0 }, 8)).toEqual([0, 0, 0, 0, 0, 2_000, 4_000, 6_000]);
  });

  it('allows `burst` more starts at first', () => {
    const times = starts({ limit: 5, periodMs: 10_000, burst: 3 }, 10);
    expect(times.filter((time) => time === 0)).toHaveLength(8);
    expect(times.slice(8)).toEqual([2_000, 4_000]);
  });

  it('allows twice the limit within the first period, but only the limit in later ones', () => {
    const times = starts({ limit: 20, periodMs: 60_000, burst: 0 }, 400);
    expect(times.filter((time) => time <= 60_000)).toHaveLength(40);
    expect(times.at(-1)).toBe(380 * 3_000);
  });

  it('does not drift if the interval is not a whole number', () => {
    const times = starts({ limit: 7, periodMs: 10_000, burst: 0 }, 7 + 70_000).slice(7);
    expect(times.at(-1)).toBe(100_000_000);
    expect(times.findIndex((time, at) => time !== Math.ceil(((at + 1) * 10_000) / 7))).toBe(-1);
  });

  it('has all permits again after one period without starts', () => {
    const rule: Throttle = { limit: 3, periodMs: 1_000, burst: 0 };
    let state: ThrottleState | undefined;
    for (let run = 0; run < 3; run++) state = throttle(rule, state, T0).state;
    const later = Array.from({ length: 4 }, () => {
      const decision = throttle(rule, state, T0 + 1_000);
      state = decision.state;
      return decision.allowed;
    });
    expect(later).toEqual([true, true, true, false]);
  });

  /** A model: a bucket that holds `limit + burst` tokens. A run takes one, and `limit` come back per period. */
  class Bucket {
    private tokens: bigint;
    private at = T0;
    // Counts in parts: a token has `periodMs` parts, and `limit` parts come back per millisecond. So there are no fractions.
    private readonly size: bigint;
    constructor(private readonly rule: Throttle) {
      this.size = BigInt(rule.limit + rule.burst) * BigInt(rule.periodMs);
      this.tokens = this.size;
    }
    take(now: number): boolean {
      const refilled = this.tokens + BigInt(now - this.at) * BigInt(this.rule.limit);
      this.tokens = refilled < this.size ? refilled : this.size;
      this.at = now;
      if (this.tokens < BigInt(this.rule.periodMs)) return false;
      this.tokens -= BigInt(this.rule.periodMs);
      return true;
    }
  }

  const rules = fc.record({
    limit: fc.integer({ min: 1, max: 500 }),
    periodMs: fc.integer({ min: 1, max: 604_800 }).map((seconds) => seconds * 1_000),
    burst: fc.integer({ min: 0, max: 50 }),
  });
  /** Waits between attempts: many are 0, some are close to the interval, some are long. */
  const waits = (rule: Throttle) =>
    fc.array(
      fc.oneof(
        fc.constant(0),
        fc.integer({ min: 0, max: Math.ceil(rule.periodMs / rule.limit) + 1 }),
        fc.integer({ min: 0, max: 2 * rule.periodMs }),
      ),
      { minLength: 1, maxLength: 200 },
    );

  it('equals a bucket of tokens', () => {
    fc.assert(
      fc.property(
        rules.chain((rule) => fc.tuple(fc.constant(rule), waits(rule))),
        ([rule, gaps]) => {
          const bucket = new Bucket(rule);
          let state: ThrottleState | undefined;
          let now = T0;
          const decisions = gaps.map((gap) => {
            now += gap;
            const decision = throttle(rule, state, now);
            state = decision.state;
            return { rule: decision.allowed, bucket: bucket.take(now) };
          });
          expect(decisions.filter((decision) => decision.rule !== decision.bucket)).toEqual([]);
        },
      ),
    );
  });

  it('names the first millisecond at which the run may start', () => {
    fc.assert(
      fc.property(rules, fc.integer({ min: 0, max: 1_000_000 }), (rule, later) => {
        let state: ThrottleState | undefined;
        for (let run = 0; run < rule.limit + rule.burst; run++) state = throttle(rule, state, T0).state;
        const now = T0 + (later % Math.ceil(rule.periodMs / rule.limit));
        const refused = throttle(rule, state, now);
        fc.pre(!refused.allowed);
        if (refused.allowed) return;
        expect(throttle(rule, refused.state, refused.at - 1).allowed).toBe(false);
        expect(throttle(rule, refused.state, refused.at).allowed).toBe(true);
      }),
    );
  });

  it('counts the permits that are left, and names the time of the next', () => {
    fc.assert(
      fc.property(
        rules.chain((rule) => fc.tuple(fc.constant(rule), waits(rule))),
        ([rule, gaps]) => {
          let state: ThrottleState | undefined;
          let now = T0;
          for (const gap of gaps) {
            now += gap;
            state = throttle(rule, state, now).state;
          }
          const countAt = (time: number): number => {
            let count = 0;
            for (
              let next = throttle(rule, state, time);
              next.allowed;
              next = throttle(rule, next.state, time)
            )
              count++;
            return count;
          };
          const { permits, nextAt } = throttlePermits(rule, state, now);
          expect(permits).toBe(countAt(now));
          // A full bucket gets no more tokens.
          const around = nextAt === undefined ? [] : [countAt(nextAt - 1), countAt(nextAt) > permits];
          expect(around).toEqual(permits === rule.limit + rule.burst ? [] : [permits, true]);
        },
      ),
    );
    expect(throttlePermits({ limit: 20, periodMs: 60_000, burst: 3 }, undefined, T0)).toEqual({
      permits: 23,
    });
  });

  it('is one throttle without a key, and one for each value of a key', () => {
    const rule: Throttle = { limit: 1, periodMs: 1_000, burst: 0 };
    const keyed: Throttle = { ...rule, key: compileExpression('event.data.user') };
    const key = (data: object) => throttleKey(keyed, { event: { data } }, T0);
    expect(throttleKey(rule, { event: {} }, T0)).toBe('');
    expect(key({ user: 'a' })).not.toBe(key({ user: 'b' }));
    expect(key({})).toBe(key({ other: 1 }));
  });

  it('has a reason that names the time of the start', () => {
    expect(throttledReason(T0 + 3_000)).toBe('throttled until 2026-01-01T00:00:03.000Z');
  });
});
