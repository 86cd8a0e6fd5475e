import { Database } from './database.js';
import { tableChangedBy } from './query-results.js';

const COUNT = 'SELECT count(*) AS n FROM pair';

describe('A query whose result is cached', () => {
  let db: Database;
  const count = (): number | undefined => db.getUnchanged<{ n: number }>(['pair'], COUNT)?.n;
  /** Counts the queries that SQLite executes during `work`. */
  const queriesDuring = (work: () => void): number => {
    const get = jest.spyOn(db, 'get');
    work();
    const { length } = get.mock.calls.filter(([sql]) => sql === COUNT);
    get.mockRestore();
    return length;
  };

  beforeEach(() => {
    db = new Database(':memory:');
    db.script('CREATE TABLE pair (a, b); CREATE TABLE other (a);');
  });

  afterEach(() => db.close());

  it('is executed once while its table does not change, even if others do', () => {
    const queries = queriesDuring(() => {
      count();
      db.run('INSERT INTO other VALUES (1)');
      count();
    });

    expect(queries).toBe(1);
  });

  it('says whether a table is empty, after each change and after a rollback', () => {
    const states = [db.isEmpty('pair')];
    db.run('INSERT INTO pair VALUES (1, 1)');
    states.push(db.isEmpty('pair'));
    db.run('DELETE FROM pair');
    states.push(db.isEmpty('pair'));
    const undone = (): void =>
      db.transaction(() => {
        db.run('INSERT INTO pair VALUES (1, 1)');
        states.push(db.isEmpty('pair'));
        throw new Error('undone');
      });
    expect(undone).toThrow('undone');

    expect([...states, db.isEmpty('pair')]).toEqual([true, false, true, false, true]);
  });

  it.each([
    ['a row is added', (): unknown => db.run('INSERT INTO pair VALUES (2, 2)')],
    ['a row is replaced', (): unknown => db.run('INSERT OR REPLACE INTO pair VALUES (2, 2)')],
    ['a row is removed', (): unknown => db.run('DELETE FROM pair')],
    ['a row is removed and returned', (): unknown => db.get('DELETE FROM pair RETURNING a')],
    ['rows are removed and returned', (): unknown => db.all('DELETE FROM pair RETURNING a')],
    ['a script has run', (): unknown => db.script('DELETE FROM pair')],
  ])('is executed again when %s', (_, change) => {
    db.run('INSERT INTO pair VALUES (1, 1)');
    count();

    expect(queriesDuring(change)).toBe(0);
    expect(queriesDuring(count)).toBe(1);
    expect(count()).toBe(db.get<{ n: number }>(COUNT)?.n);
  });

  it('is not executed again after a statement that changed nothing', () => {
    count();
    db.run('DELETE FROM pair WHERE a = 7');

    expect(queriesDuring(count)).toBe(0);
  });

  it('is executed again after a rollback', () => {
    const undone = (): void =>
      db.transaction(() => {
        db.run('INSERT INTO pair VALUES (1, 1)');
        expect(count()).toBe(1);
        throw new Error('undone');
      });

    expect(undone).toThrow('undone');
    expect(count()).toBe(0);
  });

  it('has a separate result for each set of values', () => {
    db.run('INSERT INTO pair VALUES (1, 2)');
    const of = (a: number): unknown => db.getUnchanged(['pair'], 'SELECT b FROM pair WHERE a = ?', a);

    expect([of(1), of(3), of(1)]).toEqual([{ b: 2 }, undefined, { b: 2 }]);
  });
});

it.each([
  ['SELECT a FROM pair', undefined],
  ['INSERT INTO pair VALUES (1)', 'pair'],
  ['insert or ignore into pair VALUES (1)', 'pair'],
  ['  UPDATE pair SET a = 1', 'pair'],
  ['DELETE FROM pair', 'pair'],
])('"%s" changes %s', (sql, table) => {
  expect(tableChangedBy(sql)).toBe(table);
});
