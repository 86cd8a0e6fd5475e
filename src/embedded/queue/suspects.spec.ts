import type { QueueItem } from '../store/queue.store.js';
import { BareQueue } from './testing/bare-queue.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

describe('Suspect calls', () => {
  let bare: BareQueue;

  beforeEach(() => {
    bare = new BareQueue([{}, { concurrency: [{ limit: 1 }] }, { app: 'late' }]);
  });

  afterEach(() => bare.close());

  /** Starts runs one second apart, and ends the process while their calls are executing. */
  function crashWith(...functions: number[]): string[] {
    const ids = functions.map((fn) => {
      const id = bare.start(fn, {});
      bare.now += SECOND;
      return id;
    });
    expect(bare.takeAll()).toHaveLength(functions.length);
    bare.restart({ areSuspect: true });
    return ids;
  }

  const taken = (): string[] => bare.takeAll().map(({ runId }) => runId);

  /** Takes the only call that may be made now. */
  function only(): QueueItem {
    const items = bare.takeAll();
    expect(items).toHaveLength(1);
    return items[0]!;
  }

  const finish = (item: QueueItem): void => bare.db.transaction(() => bare.queue.finish(item));

  it('are made one at a time in their order, before all other calls', () => {
    const suspects = crashWith(0, 1, 0);
    const others = [bare.start(0, {}), bare.start(0, {})];

    for (const id of suspects) {
      const item = only();
      expect(item).toMatchObject({ runId: id, attempt: 0, suspect: true });
      finish(item);
    }

    expect(taken().toSorted()).toEqual(others.toSorted());
  });

  it('and the calls that wait for them say why they wait', () => {
    const [, second] = crashWith(0, 0);
    const other = bare.start(0, {});
    bare.take();

    expect(bare.reason(second!)).toMatch(/^waiting for its turn: it was under way when the process ended/);
    expect(bare.reason(other)).toMatch(/^waiting for calls that were under way when the process ended/);
  });

  it('hold other calls for two minutes, and twice as long after another crash with other calls under way', () => {
    const [long] = crashWith(0, 0);
    for (const minutes of [2, 4, 8]) {
      bare.start(0, {});
      expect(taken()).toEqual([long]);
      expect(bare.queue.heldUntil).toBe(bare.now + minutes * MINUTE);
      bare.now += minutes * MINUTE - 1;
      expect(taken()).toEqual([]);
      bare.now += 1;
      expect(taken()).not.toEqual([]);
      bare.restart({ areSuspect: true });
    }
  });

  it('are made, like all other calls, beside a suspect call that takes longer than two minutes', () => {
    const [, second, third] = crashWith(0, 0, 0);
    only();
    const other = bare.start(0, {});
    bare.now += 2 * MINUTE - 1;
    expect(taken()).toEqual([]);
    bare.now += 1;

    expect(taken()).toEqual([second, third, other]);
  });

  it('wait for the calls under way to end for at most half a minute', () => {
    const [suspect] = crashWith(2);
    bare.presence.await(['late']);
    bare.start(0, {});
    only();
    bare.now += 10 * SECOND;
    bare.start(0, {});

    expect(taken()).toEqual([]);
    expect(bare.queue.heldUntil).toBe(bare.now + 30 * SECOND);
    bare.now += 30 * SECOND;

    // The suspect is not made alone this time, so other calls do not wait for it.
    const [next, ...rest] = taken();
    expect(next).toBe(suspect);
    expect(rest).toHaveLength(1);
  });

  it('wait anew for the calls under way after an earlier suspect call was cancelled', () => {
    const [first] = crashWith(2);
    bare.presence.await(['late']);
    bare.start(0, {});
    only();
    bare.now += 10 * SECOND;
    expect(taken()).toEqual([]);
    bare.db.transaction(() => bare.queue.endRun(first!));
    const second = bare.db.transaction(() => {
      bare.start(0, {});
      return bare.take() as QueueItem;
    });

    bare.now += 10 * SECOND;
    const suspicion = { suspect: true, uncounted: 0 };
    bare.db.transaction(() => bare.queue.retry(second, bare.run(second.runId), 0, bare.now, suspicion));
    expect(taken()).toEqual([]);
    expect(bare.queue.heldUntil).toBe(bare.now + 30 * SECOND);
  });

  it('hold no other calls while they wait for their app', () => {
    crashWith(0);
    bare.presence.await(['app']);
    expect(taken()).toEqual([]);
    expect(bare.queue.heldUntil).toBeUndefined();

    bare.now += 10 * SECOND;
    expect(taken()).toHaveLength(1);
  });

  it('are no longer suspect after they report a step or are retried', () => {
    crashWith(0, 0);
    const other = bare.start(0, {});
    const item = only();

    bare.db.transaction(() => bare.queue.beginStep(item));
    finish(item);
    const second = only();
    bare.db.transaction(() => bare.queue.retry(second, bare.run(second.runId), 1, bare.now + SECOND));

    expect(taken()).toEqual([other]);
    bare.now += SECOND;
    expect(only()).toMatchObject({ attempt: 1, suspect: false, uncounted: 0 });
  });
});
