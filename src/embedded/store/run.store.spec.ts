import { Database } from './database.js';
import { EventStore } from './event.store.js';
import { createSchema } from './migrate.js';
import { RunStore } from './run.store.js';

const RUN = { id: 'run', functionId: 'fn', triggerEvent: 'go', queuedAt: 1, priority: 0.5, slots: [] };
const EVENT = { internalId: 'e', id: 'own', name: 'go', ts: 1, receivedAt: 2, internal: false };
const LARGE = 'x'.repeat(9_000);

describe('A run', () => {
  let db: Database;
  let events: EventStore;
  let runs: RunStore;
  let queries: jest.SpyInstance;

  beforeEach(() => {
    db = new Database(':memory:');
    createSchema(db);
    events = new EventStore(db);
    runs = new RunStore(db, events);
    queries = jest.spyOn(events, 'rowsOfRun');
  });
  afterEach(() => db.close());

  const insert = (event: object): void =>
    db.transaction(() => {
      events.insert({ ...EVENT, data: { n: 1 }, ...event });
      runs.insert(RUN, { eventId: 'e' });
    });

  it.each([
    ['is stored for its next calls', (): void => undefined, 2],
    [
      'is not stored when it ends in the same transaction',
      (): void => runs.end('run', { status: 'COMPLETED', output: null, at: 3 }),
      -1,
    ],
  ])('has a version of the protocol that %s', (_, more, stored) => {
    insert({});
    runs = new RunStore(db, events);
    db.transaction(() => {
      runs.setRequestVersion('run', 2);
      expect(runs.getOrThrow('run').requestVersion).toBe(2);
      more();
    });

    expect(new RunStore(db, events).getOrThrow('run').requestVersion).toBe(stored);
  });

  it('is what its row says when it is inserted', () => {
    const inserted = db.transaction(() => {
      events.insert({ ...EVENT, data: {} });
      return runs.insert({ ...RUN, cron: '* * * * *', throttleKey: 'key' }, { eventId: 'e' });
    });

    expect(inserted).toEqual(new RunStore(db, events).getOrThrow('run'));
    expect(runs.getOrThrow('run')).toBe(inserted);
  });

  it.each([{}, { user: { name: 'Zoë' }, v: '2', sessions: { chat: 'c' } }])(
    'gets its events without a query, as they are stored: %j',
    (more) => {
      insert(more);
      const cached = runs.eventsOf('run');

      expect(queries).not.toHaveBeenCalled();
      expect(cached).toEqual(new RunStore(db, events).eventsOf('run'));
      expect(cached).toEqual([{ ...EVENT, data: { n: 1 }, ...more }]);
    },
  );

  it.each([{ data: { text: LARGE } }, { user: { text: LARGE } }, { sessions: { chat: LARGE } }])(
    'does not keep large events in memory (%#)',
    (large) => {
      insert(large);
      runs.eventsOf('run');

      expect(queries).toHaveBeenCalledTimes(1);
    },
  );

  it('does not keep the events of a run that has ended', () => {
    insert({});
    db.transaction(() => {
      runs.end('run', { status: 'COMPLETED', output: null, at: 3 });
      expect(runs.eventsOf('run')).toHaveLength(1);
    });
    expect(queries).not.toHaveBeenCalled();
    runs.eventsOf('run');

    expect(queries).toHaveBeenCalledTimes(1);
  });
});
