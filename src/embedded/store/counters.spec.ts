import { Counters } from './counters.js';
import { Database } from './database.js';

describe('Counters', () => {
  let db: Database;
  let counters: Counters;

  beforeEach(() => {
    db = new Database(':memory:');
    counters = new Counters(db);
  });
  afterEach(() => db.close());

  const set = (value: number, ending = (): void => undefined): void =>
    db.transaction(() => {
      counters.set('a', value);
      expect(counters.get('a')).toBe(value);
      ending();
    });
  const fail = (): never => {
    throw new Error('undone');
  };

  it('are 0 until they are set', () => {
    expect([counters.get('a'), counters.size]).toEqual([0, 0]);
    set(2);
    expect([counters.get('a'), counters.get('b'), counters.size]).toEqual([2, 0, 1]);
    set(0);
    expect([counters.get('a'), counters.size]).toEqual([0, 0]);
  });

  it('are what they were before a transaction that was rolled back, also in the next one', () => {
    set(1);
    expect(() => set(2, fail)).toThrow('undone');
    expect([counters.get('a'), counters.size]).toEqual([1, 1]);
    expect(() => set(2, fail)).toThrow('undone');
    db.transaction(() => expect(counters.get('a')).toBe(1));
    expect(() => set(0, fail)).toThrow('undone');
    expect(counters.get('a')).toBe(1);
  });

  it('are part of no transaction if they are set outside of one', () => {
    counters.set('a', 3);

    expect(() => db.transaction(fail)).toThrow('undone');
    expect(counters.get('a')).toBe(3);
  });
});
