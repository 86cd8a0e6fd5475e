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
  const usedSlots = (): number => queue.slots.inUse;

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

  it('are not used when another function, whose limit for them is higher, has taken the last that its own limit allows', () => {
    queue.close();
    const shared = (limit: number): object => ({ limit, key: '"all"', scope: 'env' });
    queue = new BareQueue([
      { concurrency: [shared(1)] },
      { concurrency: [shared(2)], priority: { run: '60' }, throttle: { limit: 1, period: '60s' } },
    ]);
    const low = queue.start(0, {});
    const calls = queue.takeAll();
    const high = queue.start(1, {});
    calls.push(...queue.takeAll());
    expect(calls.map(({ runId }) => runId)).toEqual([low, high]);

    const [next] = queue.db.transaction(() => {
      for (const call of calls) queue.queue.finish(call);
      for (const { runId } of calls) queue.queue.enqueueContinue(queue.run(runId));
      return queue.takeAll();
    });
    expect(next).toMatchObject({ runId: high });
    expect(queue.takeAll()).toEqual([]);
    queue.db.transaction(() => queue.queue.finish(next as QueueItem));
    expect(queue.takeAll()).toMatchObject([{ runId: low }]);
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

describe('The first call of a run that is taken in the transaction that queues it', () => {
  let queue: BareQueue;
  afterEach(() => queue.close());

  const lanesAndLimits = (): unknown[] => [
    ...queue.db.all('SELECT * FROM lane'),
    ...queue.db.all('SELECT * FROM gate'),
  ];
  const begin = (...configs: object[]): void => {
    queue = new BareQueue(configs);
  };

  it('changes neither its lane nor its limits, and executes few statements', () => {
    begin(ONE_AT_A_TIME);
    queue.start(0, {});
    queue.queue.finish(queue.take() as QueueItem);
    const before = lanesAndLimits();
    const counted = [jest.spyOn(queue.db, 'run'), jest.spyOn(queue.db, 'all'), jest.spyOn(queue.db, 'get')];

    queue.db.transaction(() => {
      queue.start(0, {});
      expect(queue.take()).toMatchObject({ kind: 'start', state: 'running' });
    });

    expect(counted.map(({ mock }) => mock.calls.length)).toEqual([2, 0, 0]);
    expect(lanesAndLimits()).toEqual(before);
    expect(queue.slots.inUse).toBe(1);
  });

  it('comes after a call that was queued in the same millisecond before', () => {
    begin({ concurrency: [{ limit: 1, key: 'event.data.user' }] });
    const older = queue.start(0, { user: 'a' });

    queue.db.transaction(() => {
      queue.start(0, { user: 'b' });
      expect(queue.take()).toMatchObject({ runId: older });
    });
  });

  it.each<[string, object, () => void]>([
    ['its slots are taken', ONE_AT_A_TIME, (): void => void queue.take()],
    [
      'its throttle has no permit',
      { throttle: { limit: 1, period: '60s' } },
      (): void => queue.queue.finish(queue.take() as QueueItem),
    ],
    ['its app is away', {}, (): void => queue.presence.await(['app'])],
  ])('is not taken when %s', (_, config, happens) => {
    begin(config);
    queue.start(0, {});
    happens();
    queue.now += 1;

    queue.db.transaction(() => {
      queue.start(0, {});
      expect(queue.takeAll()).toEqual([]);
    });
    expect(queue.takeAll()).toEqual([]);
  });

  it('is not taken when its function is paused', () => {
    begin({});
    const at = { pausedAt: queue.now, steadyAt: queue.now };
    queue.pauses.set({ functionId: 'fn-0', newRuns: 'wait', underWay: 'finish', ...at });

    queue.db.transaction(() => {
      queue.start(0, {});
      expect(queue.take()).toBeUndefined();
    });
    expect(queue.takeAll()).toEqual([]);
  });

  it('uses the permit of its throttle', () => {
    begin({ throttle: { limit: 1, period: '60s' } });
    queue.db.transaction(() => {
      queue.start(0, {});
      expect(queue.take()).toBeDefined();
    });
    queue.start(0, {});

    expect(queue.take()).toBeUndefined();
    queue.now += 60_000;
    expect(queue.take()).toBeDefined();
  });

  it('is taken below a limit whose time has come, and below which no other call waits', () => {
    begin({ throttle: { limit: 1, period: '60s' } }, {});
    queue.start(0, {});
    const cancelled = queue.start(0, {});
    expect(queue.takeAll()).toHaveLength(1);
    queue.db.transaction(() => queue.queue.endRun(cancelled));
    queue.now += 60_000;

    queue.db.transaction(() => {
      const first = queue.start(0, {});
      queue.now += 1;
      queue.start(1, {});
      expect(queue.take()).toMatchObject({ runId: first });
    });
  });

  it('is not taken when its run was cancelled', () => {
    begin({});
    queue.db.transaction(() => {
      queue.queue.endRun(queue.start(0, {}));
      expect(queue.take()).toBeUndefined();
    });
    expect(queue.takeAll()).toEqual([]);
  });

  it('is not taken below a limit that was closed before a restart, because others may wait there', () => {
    begin(ONE_AT_A_TIME);
    queue.start(0, {});
    queue.take();
    queue.start(0, {});
    expect(queue.take()).toBeUndefined();
    queue.begin();
    queue.now += 1;

    queue.db.transaction(() => {
      queue.start(0, {});
      expect(queue.take()).toBeUndefined();
    });
    queue.restart();
    expect(queue.takeAll()).toMatchObject([{ runId: 'run-0' }]);
  });

  it('is taken later when it is queued just before the commit', () => {
    begin(ONE_AT_A_TIME);
    queue.start(0, {});
    const first = queue.take() as QueueItem;
    queue.db.transaction(() => {
      queue.start(0, {});
      queue.db.beforeCommit(() => {
        queue.start(0, {});
        queue.queue.finish(first);
      });
    });

    expect(queue.take()).toBeDefined();
    expect(queue.take()).toBeUndefined();
    expect(queue.slots.inUse).toBe(1);
  });

  it('is taken later, in its order, when more are queued than can be under way', () => {
    begin({});
    const runs = queue.db.transaction(() => Array.from({ length: 250 }, () => queue.start(0, {})));

    expect(queue.takeAll().map(({ runId }) => runId)).toEqual(runs);
  });
});
