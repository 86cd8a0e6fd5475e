import * as fc from 'fast-check';
import { compileCondition } from '../expressions/index.js';
import { cancellableUntil, cancelledByEventReason, type CancelOn, cancels } from './cancel-on.js';

const T0 = Date.UTC(2026, 0, 1);
const run = { event: { name: 'order/created', data: { orderId: 7 } }, queuedAt: T0 };
const arriving = (data: object, name = 'order/cancelled') => ({ name, data });

describe('cancelOn', () => {
  it('cancels on every event of that name without a condition', () => {
    expect(cancels({ event: 'order/cancelled' }, run, arriving({}), T0)).toBe(true);
    expect(cancels({ event: 'order/cancelled' }, run, arriving({}, 'order/paid'), T0)).toBe(false);
  });

  it('compares the event of the run with the event that arrives', () => {
    const rule: CancelOn = {
      event: 'order/cancelled',
      if: compileCondition('event.data.orderId == async.data.orderId'),
    };
    expect(cancels(rule, run, arriving({ orderId: 7 }), T0)).toBe(true);
    expect(cancels(rule, run, arriving({ orderId: 8 }), T0)).toBe(false);
    expect(cancels(rule, run, arriving({}), T0)).toBe(false);
  });

  it('does not treat two missing fields as equal', () => {
    const rule: CancelOn = {
      event: 'order/cancelled',
      if: compileCondition('event.data.user == async.data.user'),
    };
    expect(cancels(rule, run, arriving({}), T0)).toBe(false);
  });

  it('ends after its timeout', () => {
    const rule: CancelOn = { event: 'order/cancelled', until: { afterMs: 1_000 } };
    expect(cancels(rule, run, arriving({}), T0 + 1_000)).toBe(true);
    expect(cancels(rule, run, arriving({}), T0 + 1_001)).toBe(false);
  });

  it('cancels a run if name, condition and timeout fit', () => {
    const name = fc.constantFrom('order/cancelled', 'order/paid');
    const orderId = fc.option(fc.nat(2), { nil: undefined });
    const ms = fc.nat(5_000);
    const cases = fc.record({
      event: name,
      own: orderId,
      conditional: fc.boolean(),
      until: fc.oneof(
        fc.constant(undefined),
        fc.record({ afterMs: ms }),
        fc.record({ at: ms.map((after) => T0 + after) }),
      ),
      queuedAt: ms.map((after) => T0 + after),
      arriving: fc.record({ name, orderId, at: fc.nat(12_000).map((after) => T0 + after) }),
    });
    fc.assert(
      fc.property(cases, ({ event, own, conditional, until, queuedAt, arriving }) => {
        const rule: CancelOn = {
          event,
          ...(conditional && { if: compileCondition('event.data.orderId == async.data.orderId') }),
          ...(until && { until }),
        };
        const last = until ? ('at' in until ? until.at : queuedAt + until.afterMs) : arriving.at;
        const concerned = !conditional || (own !== undefined && own === arriving.orderId);
        expect(
          cancels(
            rule,
            {
              event: { name: 'order/created', data: { ...(own !== undefined && { orderId: own }) } },
              queuedAt,
            },
            {
              name: arriving.name,
              data: { ...(arriving.orderId !== undefined && { orderId: arriving.orderId }) },
            } as { name: string },
            arriving.at,
          ),
        ).toBe(arriving.name === event && arriving.at <= last && concerned);
      }),
      { numRuns: 1_000 },
    );
  });

  it('ends at the time of its timeout, or never without one', () => {
    expect(cancellableUntil({ event: 'x', until: { at: T0 + 5 } }, T0)).toBe(T0 + 5);
    expect(cancellableUntil({ event: 'x' }, T0)).toBe(Number.POSITIVE_INFINITY);
  });

  it('has a reason that names the event', () => {
    expect(cancelledByEventReason({ event: 'order/cancelled' }, '01EV')).toBe(
      'cancelled by the event order/cancelled (01EV)',
    );
  });
});
