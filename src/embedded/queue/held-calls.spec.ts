import { BareQueue } from './testing/bare-queue.js';
import type { QueueItem } from '../store/queue.store.js';

/** A function that may have one call under way. */
const ONE_AT_A_TIME = { concurrency: [{ limit: 1 }] };

describe('The slots of a call that has ended', () => {
  let queue: BareQueue;
  let first: QueueItem;

  beforeEach(() => {
    queue = new BareQueue([ONE_AT_A_TIME]);
    queue.start(0, {});
    first = queue.take() as QueueItem;
  });

  afterEach(() => queue.close());

  const finish = (): void => queue.queue.finish(first);
  const proceed = (): void => queue.queue.enqueueContinue(queue.run(first.runId));
  const closedLimits = (): number => queue.db.all('SELECT 1 FROM gate WHERE is_closed = 1').length;
  const usedSlots = (): number => queue.limits.slotsInUse;

  it('go to the next call of its run, and no limit opens meanwhile', () => {
    queue.start(0, {});
    expect(queue.take()).toBeUndefined();
    expect(closedLimits()).toBe(1);
    queue.now += 1;

    queue.db.transaction(() => {
      finish();
      proceed();
      expect([closedLimits(), usedSlots()]).toEqual([1, 1]);
      expect(queue.take()).toMatchObject({ runId: first.runId });
    });
    expect(queue.takeAll()).toEqual([]);
    expect([closedLimits(), usedSlots()]).toEqual([1, 1]);
  });

  it('go to another run that has waited longer', () => {
    const waiting = queue.start(0, {});
    // As if the first run had been queued later.
    Object.assign(queue.run(first.runId), { queuedAt: queue.now + 5 });
    queue.now += 10;

    queue.db.transaction(() => {
      finish();
      proceed();
      expect(queue.take()).toMatchObject({ runId: waiting });
    });
    expect(queue.takeAll()).toEqual([]);
  });

  it.each<[string, () => void]>([
    ['nothing takes it', () => proceed()],
    ['its run has no further call', () => undefined],
    [
      'its run is cancelled',
      () => {
        proceed();
        queue.queue.endRun(first.runId);
      },
    ],
  ])('are free after the transaction when %s', (_, next) => {
    queue.db.transaction(() => {
      finish();
      next();
    });

    expect(usedSlots()).toBe(0);
    queue.start(0, {});
    expect(queue.takeAll()).toHaveLength(1);
  });

  it('are not used while the app of the function is away', () => {
    queue.presence.await(['app']);

    queue.db.transaction(() => {
      finish();
      proceed();
      expect(queue.take()).toBeUndefined();
    });
    expect(usedSlots()).toBe(0);
  });

  it('go to a suspect call first, which is made alone', () => {
    queue.close();
    queue = new BareQueue([{ concurrency: [{ limit: 2 }] }]);
    queue.start(0, {});
    const suspect = queue.start(0, {});
    first = queue.take() as QueueItem;
    const second = queue.take() as QueueItem;
    queue.db.transaction(() => {
      queue.queue.retry(second, queue.run(suspect), 0, queue.now, { suspect: true, uncounted: 0 });
    });
    expect(queue.take()).toBeUndefined();

    queue.db.transaction(() => {
      finish();
      proceed();
      expect(queue.take()).toMatchObject({ runId: suspect });
      expect(queue.take()).toBeUndefined();
    });
  });

  it('are free when its run is cancelled before the next call is taken', () => {
    const waiting = queue.start(0, {});

    queue.db.transaction(() => {
      finish();
      proceed();
      queue.queue.endRun(first.runId);
      expect(queue.take()).toMatchObject({ runId: waiting });
    });
  });

  it('are kept no longer than the transaction, also when it fails', () => {
    expect(() =>
      queue.db.transaction(() => {
        finish();
        throw new Error('a bug');
      }),
    ).toThrow('a bug');

    expect(usedSlots()).toBe(1);
    queue.db.transaction(() => {
      expect(queue.queue.hasHeldCalls).toBe(false);
      finish();
    });
    expect(usedSlots()).toBe(0);
  });
});
