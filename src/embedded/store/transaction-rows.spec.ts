import { Database } from './database.js';
import { TransactionRows } from './transaction-rows.js';

interface Row {
  id: string;
  count: number;
}

describe('Cached rows of a transaction', () => {
  let db: Database;
  let rows: TransactionRows<Row>;
  let reads: number;
  const get = (id: string): Row | undefined =>
    rows.get(id, () => {
      reads++;
      return db.get<Row>('SELECT * FROM pair WHERE id = ?', id);
    });

  beforeEach(() => {
    db = new Database(':memory:');
    db.script("CREATE TABLE pair (id, count); INSERT INTO pair VALUES ('a', 1);");
    rows = new TransactionRows(db);
    reads = 0;
  });

  afterEach(() => db.close());

  it('are read once in each transaction', () => {
    db.transaction(() => [get('a'), get('a')]);
    expect(reads).toBe(1);

    db.transaction(() => get('a'));
    expect(reads).toBe(2);
  });

  it('are read every time outside a transaction', () => {
    get('a');
    get('a');

    expect(reads).toBe(2);
  });

  it('are read again after a rollback', () => {
    const undone = (): void =>
      db.transaction(() => {
        get('a');
        rows.change('a', { count: 2 });
        throw new Error('undone');
      });

    expect(undone).toThrow('undone');
    expect(db.transaction(() => get('a'))?.count).toBe(1);
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
