import { Database } from './database.js';
import { CachedRows } from './cached-rows.js';

interface Row {
  id: string;
  count: number;
}

describe('Cached rows', () => {
  let db: Database;
  let rows: CachedRows<Row>;
  let reads: number;
  const get = (id: string): Row | undefined =>
    rows.get(id, () => {
      reads++;
      return db.get<Row>('SELECT * FROM pair WHERE id = ?', id);
    });

  beforeEach(() => {
    db = new Database(':memory:');
    db.script("CREATE TABLE pair (id, count); INSERT INTO pair VALUES ('a', 1);");
    rows = new CachedRows(db, ({ count }) => count < 10);
    reads = 0;
  });

  afterEach(() => db.close());

  const setCount = (count: number): void => {
    db.run('UPDATE pair SET count = ?', count);
    rows.change('a', { count });
  };

  it('are read once, also by later transactions and outside of transactions', () => {
    db.transaction(() => [get('a'), get('a')]);
    db.transaction(() => get('a'));
    get('a');

    expect(reads).toBe(1);
  });

  it('are read every time outside of transactions, unless they are to be kept', () => {
    get('a');
    get('a');
    expect(reads).toBe(2);

    rows = new CachedRows(db, ({ count }) => count < 10, true);
    reads = 0;
    get('a');
    get('a');
    db.transaction(() => setCount(2));

    expect(get('a')?.count).toBe(2);
    expect(reads).toBe(1);
  });

  it('are read every time if they are not to be kept', () => {
    db.transaction(() => setCount(10));
    get('a');
    get('a');

    expect(reads).toBe(2);
  });

  it('have the values before a transaction that was rolled back', () => {
    db.transaction(() => get('a'));
    const undone = (): void =>
      db.transaction(() => {
        setCount(2);
        throw new Error('undone');
      });

    expect(undone).toThrow('undone');
    expect(get('a')?.count).toBe(1);
    // A commit of other changes does not commit them either.
    db.transaction(() => db.run('UPDATE pair SET count = count'));
    expect(get('a')?.count).toBe(1);
    expect(reads).toBe(1);
  });

  it('have the values of the last transaction, also for what listens to its commit', () => {
    db.transaction(() => get('a'));
    let heard: number | undefined;
    db.transaction(() => {
      db.afterCommit(() => (heard = get('a')?.count));
      setCount(3);
    });

    expect([heard, get('a')?.count, reads]).toEqual([3, 3, 1]);
  });

  it('are not read any more once they are removed, until the end of the transaction', () => {
    db.transaction(() => get('a'));
    db.transaction(() => {
      db.run('DELETE FROM pair');
      rows.remove('a');
      setCount(2);
      expect(get('a')).toBeUndefined();
    });

    expect(reads).toBe(1);
    expect(get('a')).toBeUndefined();
    db.run("INSERT INTO pair VALUES ('a', 7)");
    expect(get('a')?.count).toBe(7);
  });

  it('are read again if a change was reported outside of a transaction, or of a row that was not cached', () => {
    db.transaction(() => setCount(4));
    expect(get('a')?.count).toBe(4);
    db.transaction(() => get('a'));
    setCount(5);

    expect(get('a')?.count).toBe(5);
    expect(reads).toBe(3);
  });

  it('are not kept if they are not worth it', () => {
    db.transaction(() => get('a'));
    db.transaction(() => setCount(10));
    get('a');

    expect(reads).toBe(2);
  });

  it('are kept for a limited number of rows, the last ones', () => {
    for (let n = 0; n < 600; n++) db.run('INSERT INTO pair VALUES (?, 1)', `row-${n}`);
    db.transaction(() => {
      for (let n = 0; n < 600; n++) get(`row-${n}`);
    });
    reads = 0;
    for (let n = 0; n < 600; n++) get(`row-${n}`);

    expect(reads).toBe(100);
  });

  it('have a changed value, while objects that were read before do not change', () => {
    db.transaction(() => {
      const before = get('a');
      rows.change('a', ({ count }) => ({ count: count + 1 }));

      expect(get('a')?.count).toBe(2);
      expect(before?.count).toBe(1);
    });
  });

  it.each(['a', undefined])('are read again after forget(%s)', (id) => {
    db.transaction(() => {
      get('a');
      rows.forget(id);
      get('a');
    });

    expect(reads).toBe(2);
  });

  it('do not include missing rows', () => {
    db.transaction(() => [get('b'), get('b')]);

    expect(reads).toBe(2);
  });
});
