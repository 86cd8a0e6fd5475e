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
    ['its call is made', () => store.setRunning('job', 'request', 1), { state: 'running', generation: 1 }],
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
});
