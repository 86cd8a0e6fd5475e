import { Database } from './database.js';
import { createSchema } from './migrate.js';
import { OutboxStore } from './outbox.store.js';

describe('An entry of the outbox', () => {
  let db: Database;
  let outbox: OutboxStore;

  beforeEach(() => {
    db = new Database(':memory:');
    createSchema(db);
    outbox = new OutboxStore(db);
  });
  afterEach(() => db.close());

  const rows = (): string[] =>
    db.all<{ event_id: string }>('SELECT event_id FROM outbox ORDER BY id').map((row) => row.event_id);
  const due = (): string[] => outbox.due(5, 10).map(({ eventId }) => eventId);
  const idOf = (event: string): number =>
    outbox.due(5, 10).find(({ eventId }) => eventId === event)?.id as number;

  it('that its transaction delivers gets no row', () => {
    db.transaction(() => {
      outbox.add('a', null, 5);
      expect(outbox.next()).toBe(5);
      outbox.remove(idOf('a'));
      expect(due()).toEqual([]);
    });

    expect(db.get("SELECT 1 FROM sqlite_sequence WHERE name = 'outbox'")).toBeUndefined();
  });

  it('gets a row at the end of its transaction otherwise, in the order in which they were added', () => {
    db.transaction(() => {
      for (const event of ['a', 'b', 'c']) outbox.add(event, 'fn', 5);
      outbox.remove(idOf('b'));
      outbox.add('d', null, 5);
      expect(due()).toEqual(['a', 'c', 'd']);
    });

    expect(rows()).toEqual(['a', 'c', 'd']);
    expect(outbox.due(5, 1)).toMatchObject([{ eventId: 'a', functionId: 'fn', cursor: '', failures: 0 }]);
  });

  it('comes after the entries that are there already', () => {
    outbox.add('a', null, 5);
    db.transaction(() => {
      outbox.add('b', null, 5);
      expect(due()).toEqual(['a', 'b']);
    });

    expect(due()).toEqual(['a', 'b']);
  });

  it('gets a row also if the end of its transaction adds it', () => {
    db.transaction(() => {
      outbox.add('a', null, 5);
      db.beforeCommit(() => outbox.add('b', null, 5));
    });

    expect(rows()).toEqual(['a', 'b']);
  });

  it('is gone when its transaction fails', () => {
    const fail = (): void => {
      outbox.add('a', null, 5);
      throw new Error('no');
    };
    expect(() => db.transaction(fail)).toThrow('no');

    db.transaction(() => expect(due()).toEqual([]));
    expect(rows()).toEqual([]);
  });

  it('can be changed before it has a row', () => {
    db.transaction(() => {
      for (const event of ['cut', 'late', 'aside']) outbox.add(event, null, 5);
      const [cut, late, aside] = outbox.due(5, 10).map(({ id }) => id) as [number, number, number];
      outbox.setCursor(cut, 'fn-2');
      outbox.retry(late, { at: 9, failures: 1, error: 'E' });
      outbox.setAside(aside, 'F', 7);
      expect(outbox.ofEvent('late')).toEqual({ error: 'E', setAsideAt: null });
    });

    expect(outbox.due(5, 10)).toMatchObject([{ eventId: 'cut', cursor: 'fn-2' }]);
    expect(outbox.due(9, 10)).toMatchObject([{ eventId: 'cut' }, { eventId: 'late', failures: 1 }]);
    expect(outbox.setAsideEntries()).toEqual([{ eventId: 'aside', error: 'F', at: 7 }]);
  });
});
