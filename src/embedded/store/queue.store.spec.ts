import * as fc from 'fast-check';
import { openDataFile, type DataFile } from './data-file.js';
import { QueueStore, type QueueItem, type Requeue } from './queue.store.js';

const ITEM = {
  id: 'job',
  runId: 'run',
  lane: 1,
  kind: 'start',
  stepId: null,
  attempt: 1,
  generation: 0,
  parallel: false,
  at: 10,
  score: 10,
  queuedAt: 10,
} as const;

const REQUEUE: Requeue = { lane: 1, attempt: 2, at: 20, score: 20, now: 20, queuedAt: 20 };

describe('A queue item that is read, changed and read again in one transaction', () => {
  let file: DataFile;
  let store: QueueStore;

  beforeEach(() => {
    file = openDataFile(':memory:', { now: 0 });
    store = new QueueStore(file.db);
    store.insert(ITEM, false);
  });

  afterEach(() => file.close());

  it.each<[string, () => unknown, Partial<QueueItem> | undefined]>([
    ['it is due', () => store.promoteDue(10, 100), { state: 'ready' }],
    [
      'its call is made',
      () => store.setRunning(store.get('job')!, 'request', 1),
      { state: 'running', generation: 1 },
    ],
    ['it is put back', () => store.requeue('job', REQUEUE), { state: 'ready', attempt: 2, kind: 'continue' }],
    ['it is in another lane', () => store.setLane('job', 2), { lane: 2 }],
    [
      'it is delayed',
      () => store.delay('job', { at: 30, failures: 1, error: 'no' }),
      { at: 30, failures: 1 },
    ],
    ['it is set aside', () => store.setAside('job', 'no', 1), { state: 'set-aside', failures: 1 }],
    ['its next step begins', () => store.beginStep('job'), { attempt: 0 }],
    ['it is removed', () => store.remove('job'), undefined],
  ])('shows that %s', (_, change, expected) => {
    const after = file.db.transaction(() => {
      store.get('job');
      change();
      return store.get('job');
    });

    expect(after).toEqual(expected && { ...file.db.transaction(() => store.get('job')), ...expected });
  });

  it.each<[string, () => unknown]>([
    ['it is made ready', () => store.promoteDue(10, 100)],
    ['its call is made', () => store.setRunning(store.get('ready')!, 'request', 1)],
    ['it is put back', () => store.requeue('ready', { ...REQUEUE, score: 40 })],
    ['it is in another lane', () => store.setLane('ready', 2)],
    ['it is delayed', () => store.delay('ready', { at: 30, failures: 1, error: 'no' })],
    ['it is set aside', () => store.setAside('ready', 'no', 1)],
    ['its next step begins', () => store.beginStep('ready')],
    ['it is removed', () => store.remove('ready')],
    ['one with a lower score is added', () => store.insert({ ...ITEM, id: 'first', score: 1 }, true)],
  ])('is no longer the first of its lane as it was when %s', (_, change) => {
    file.db.transaction(() => {
      store.insert({ ...ITEM, id: 'ready', score: 20 }, true);
      store.insert({ ...ITEM, id: 'other', score: 30 }, true);
      const before = store.headOf(ITEM.lane);
      expect(before?.id).toBe('ready');
      change();
      expect(store.headOf(ITEM.lane)).not.toEqual(before);
    });
  });
});

describe('What the queue says of its items', () => {
  const ids = ['a', 'b', 'c', 'd'] as const;
  const runs = ['x', 'y'] as const;
  const LANES = [ITEM.lane, 2] as const;
  type Change = (store: QueueStore) => void;
  const id = fc.constantFrom(...ids);
  const change: fc.Arbitrary<Change> = fc.oneof(
    fc.tuple(id, fc.constantFrom(...runs), fc.boolean()).map(([added, runId, ready]): Change => (store) => {
      if (store.get(added)) return;
      const kind = store.ofRun(runId).length === 0 ? 'start' : 'continue';
      store.insert({ ...ITEM, id: added, runId, kind }, ready);
    }),
    id.map(
      (of): Change =>
        (store) =>
          void store.remove(of),
    ),
    id.map((of): Change => (store) => {
      const item = store.get(of);
      if (item?.state === 'ready') store.setRunning(item, 'request', 1);
    }),
    fc.tuple(id, fc.boolean(), fc.boolean()).map(
      ([of, suspect, ready]): Change =>
        (store) =>
          void store.requeue(of, { ...REQUEUE, at: ready ? 20 : 30, suspicion: { suspect, uncounted: 1 } }),
    ),
    id.map(
      (of): Change =>
        (store) =>
          store.delay(of, { at: 40, failures: 1, error: 'no' }),
    ),
    id.map(
      (of): Change =>
        (store) =>
          store.setAside(of, 'no', 1),
    ),
    id.map(
      (of): Change =>
        (store) =>
          store.beginStep(of),
    ),
    id.map(
      (of): Change =>
        (store) =>
          store.setLane(of, LANES[1]),
    ),
    fc.constant<Change>((store) => void store.promoteDue(10, 100)),
  );
  /** Reads everything. */
  const read = (store: QueueStore): unknown => ({
    items: ids.map((of) => store.get(of)),
    runs: runs.map((runId) => store.ofRun(runId)),
    next: store.nextReady(),
    suspect: store.hasSuspect(),
    heads: LANES.map((lane) => store.headOf(lane)),
  });

  it('is known of the first call of a run without a query when that is made, even if it was queued long before', () => {
    const file = openDataFile(':memory:', { now: 0 });
    file.db.transaction(() => new QueueStore(file.db).insert({ ...ITEM, runId: 'x', kind: 'start' }, true));
    const store = new QueueStore(file.db);
    file.db.transaction(() => store.setRunning(store.headOf(ITEM.lane)!, 'request', 1));
    const queries = [jest.spyOn(file.db, 'all'), jest.spyOn(file.db, 'get')];

    expect(store.ofRun('x')).toMatchObject([{ id: 'job', state: 'running', generation: 1 }]);
    expect(store.get('job')).toMatchObject({ state: 'running' });
    for (const query of queries) expect(query).not.toHaveBeenCalled();
    file.close();
  });

  it('is read again for a run that has ended, and for no other', () => {
    const file = openDataFile(':memory:', { now: 0 });
    const store = new QueueStore(file.db);
    file.db.transaction(() => store.setRunning(store.insert({ ...ITEM, runId: 'x' }, true), 'request', 1));
    const queries = jest.spyOn(file.db, 'all');

    expect(store.ofRun('x')).toHaveLength(1);
    expect(queries).not.toHaveBeenCalled();
    file.db.transaction(() => store.endRun('x'));
    expect(store.ofRun('x')).toHaveLength(1);
    expect(queries).toHaveBeenCalledTimes(1);
    file.close();
  });

  it('is what the rows say, after any changes, commits and rollbacks', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.array(change), fc.boolean()), { maxLength: 6 }), (transactions) => {
        const file = openDataFile(':memory:', { now: 0 });
        const store = new QueueStore(file.db);
        /** As read by a server that was just started: a script empties all caches. */
        const stored = (): unknown => {
          file.db.script('SELECT 1');
          return read(new QueueStore(file.db));
        };
        for (const [changes, isRolledBack] of transactions) {
          const work = (): void => {
            for (const make of changes) {
              make(store);
              read(store);
            }
            if (isRolledBack) throw new Error('undone');
          };
          try {
            file.db.transaction(work);
          } catch (error) {
            if ((error as Error).message !== 'undone') throw error;
          }
          expect(read(store)).toEqual(stored());
          file.db.transaction(() => expect(read(store)).toEqual(read(new QueueStore(file.db))));
        }
        file.close();
      }),
    );
  });
});
