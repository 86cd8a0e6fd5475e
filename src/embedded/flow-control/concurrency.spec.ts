import * as fc from 'fast-check';
import { compileExpression } from '../expressions/index.js';
import {
  type ConcurrencyLimit,
  concurrencyReason,
  type ConcurrencySlot,
  concurrencySlots,
  isFull,
} from './concurrency.js';

const key = compileExpression('event.data.user');
const slots = (limits: ConcurrencyLimit[], data: object = {}, functionId = 'app-a') =>
  concurrencySlots(functionId, limits, { event: { data } }, 0);
const ids = (...args: Parameters<typeof slots>) => slots(...args).map(({ id }) => id);

describe('concurrency', () => {
  it('limits the calls of one function without a key', () => {
    expect(slots([{ limit: 10, scope: 'fn' }])).toEqual([{ id: 'fn:app-a', limit: 10 }]);
  });

  it('has separate slots for each value of the key', () => {
    const limits: ConcurrencyLimit[] = [{ limit: 1, scope: 'fn', key }];
    expect(ids(limits, { user: 'x' })).toEqual(ids(limits, { user: 'x' }));
    expect(ids(limits, { user: 'x' })).not.toEqual(ids(limits, { user: 'y' }));
    expect(ids(limits, { user: 'x' })).not.toEqual(ids(limits, { user: 'x' }, 'app-b'));
  });

  it('is shared by functions in the scopes env and account', () => {
    for (const scope of ['env', 'account'] as const) {
      const limits: ConcurrencyLimit[] = [{ limit: 1, scope, key }];
      expect(ids(limits, { user: 'x' }, 'app-a')).toEqual(ids(limits, { user: 'x' }, 'app-b'));
      expect(ids(limits, { user: 'x' })[0]).toMatch(new RegExp(`^${scope}:`));
    }
  });

  it('needs one slot of each of two limits', () => {
    expect(
      ids(
        [
          { limit: 10, scope: 'fn' },
          { limit: 1, scope: 'fn', key },
        ],
        { user: 'x' },
      ),
    ).toHaveLength(2);
  });

  it.each([
    [5, 3],
    [3, 5],
  ])('merges two limits on the same slots, %d and %d, to the lower one', (first, second) => {
    const limits: ConcurrencyLimit[] = [first, second].map((limit) => ({ limit, scope: 'fn', key }));
    expect(slots(limits).map(({ limit }) => limit)).toEqual([3]);
  });

  it('does not limit with 0', () => {
    expect(slots([{ limit: 0, scope: 'fn' }])).toEqual([]);
  });

  it('groups the events without the key’s field', () => {
    const limits: ConcurrencyLimit[] = [{ limit: 1, scope: 'fn', key }];
    expect(ids(limits, {})).toEqual(ids(limits, { other: true }));
  });

  it('never lets more calls execute than every limit allows, and never holds a call that all limits allow', () => {
    const limit = fc.integer({ min: 0, max: 4 });
    const limits = fc.array(
      fc.oneof(
        fc.record({ limit, scope: fc.constant('fn' as const) }),
        fc.record({ limit, scope: fc.constantFrom('fn', 'env', 'account'), key: fc.constant(key) }),
      ),
      { maxLength: 2 },
    );
    const step = fc.oneof(
      fc.record({ start: fc.constantFrom('x', 'y', 'z'), fn: fc.constantFrom('app-a', 'app-b') }),
      fc.record({ finish: fc.nat(5) }),
    );
    fc.assert(
      fc.property(limits, fc.array(step, { maxLength: 60 }), (both, steps) => {
        const held = new Map<string, number>();
        const hold = (call: ConcurrencySlot[], by: 1 | -1) => {
          for (const { id } of call) held.set(id, (held.get(id) ?? 0) + by);
        };
        const executing: { user: string; fn: string; call: ConcurrencySlot[] }[] = [];
        for (const event of steps) {
          if ('finish' in event) {
            const [done] = executing.splice(event.finish, 1);
            if (done) hold(done.call, -1);
            continue;
          }
          const { start: user, fn } = event;
          const call = slots(both, { user }, fn);
          const mayStart = !call.some((slot) => isFull(slot, held.get(slot.id) ?? 0));
          // The model counts the executing calls that share each limit.
          expect(mayStart).toBe(
            both.every((rule: ConcurrencyLimit) => {
              const sharers = executing
                .filter((other) => rule.scope !== 'fn' || other.fn === fn)
                .filter((other) => rule.key === undefined || other.user === user);
              return rule.limit === 0 || sharers.length < rule.limit;
            }),
          );
          if (!mayStart) continue;
          hold(call, 1);
          executing.push({ user, fn, call });
        }
      }),
    );
  });

  it('has a reason that says what a call waits for', () => {
    expect(concurrencyReason({ limit: 10 }, 10)).toBe('waiting for concurrency (10 of 10 running)');
  });
});
