import { Database } from '../store/database.js';
import { LimitStore } from '../store/limit.store.js';
import { createSchema } from '../store/migrate.js';
import { SlotStore } from '../store/slot.store.js';
import { Lanes, type LimitedRun } from './lanes.js';
import { LimitTree } from './limit-tree.js';

const run = (limit: number, functionId = 'fn'): LimitedRun => ({
  functionId,
  slots: [{ id: `fn:${functionId}`, limit }],
  throttleKey: null,
});

describe('The lanes without calls', () => {
  let db: Database;
  let lanes: Lanes;
  /** As after a start of the server. */
  const start = (): void => {
    const store = new LimitStore(db);
    lanes = new Lanes(db, store, new SlotStore(db), new LimitTree(store));
  };

  beforeEach(() => {
    db = new Database(':memory:');
    createSchema(db);
    start();
  });
  afterEach(() => db.close());

  /** Gets the lane for a call of the run, and says in a second transaction that the call is removed. Returns the lane. */
  const use = (of: LimitedRun, kind = { suspect: false, isPaused: false }): number => {
    const id = db.transaction(() => lanes.idFor(of, 'continue', kind));
    db.transaction(() => lanes.dropIfEmpty(id));
    return id;
  };
  /** The number of lanes, and of limits. */
  const count = (): number[] => ['lane', 'gate'].map((table) => db.all(`SELECT 1 FROM ${table}`).length);

  it('of a function are kept if there is one, for the next call', () => {
    const lane = use(run(5));

    expect(count()).toEqual([1, 2]);
    expect(use(run(5))).toBe(lane);
  });

  it('of each function are kept', () => {
    use(run(5));
    use(run(5, 'other'));

    expect(count()).toEqual([2, 4]);
  });

  it('of earlier limits go when the function needs another lane, which is kept then', () => {
    use(run(5));
    const lane = use(run(10));

    expect(count()).toEqual([1, 2]);
    expect(use(run(10))).toBe(lane);
  });

  it('and of earlier limits go after a start, too', () => {
    use(run(5));
    start();
    const lane = use(run(10));

    expect(count()).toEqual([1, 2]);
    expect(use(run(10))).toBe(lane);
  });

  it('that still had a call when the limits changed go when it has ended', () => {
    const old = db.transaction(() => lanes.idFor(run(5), 'continue'));
    db.run(`INSERT INTO queue_item (id, run_id, lane, state, kind, attempt, generation, parallel, at, score, queued_at)
      VALUES ('job', 'run', ${old}, 'running', 'continue', 0, 0, 0, 0, 0, 0)`);
    db.transaction(() => lanes.dropIfEmpty(old));
    use(run(10));
    db.run('DELETE FROM queue_item');
    db.transaction(() => lanes.dropIfEmpty(old));
    const lane = use(run(10));

    expect(count()).toEqual([1, 2]);
    expect(lane).not.toBe(old);
    expect(use(run(10))).toBe(lane);
  });

  it.each([
    { suspect: true, isPaused: false },
    { suspect: false, isPaused: true },
  ])('are not kept for %j', (kind) => {
    use(run(5), kind);

    expect(count()).toEqual([0, 0]);
  });

  it('stay after a transaction that was rolled back, and go in the next one', () => {
    use(run(5));
    const fails = (): void =>
      db.transaction(() => {
        lanes.idFor(run(10), 'continue');
        throw new Error('no');
      });
    expect(fails).toThrow('no');
    expect(count()).toEqual([1, 2]);

    use(run(10));
    expect(count()).toEqual([1, 2]);
  });

  it('go with their function, also if they were kept before a start', () => {
    use(run(5));
    use(run(5, 'other'));
    db.transaction(() => lanes.dropKept('fn'));
    start();
    db.transaction(() => lanes.dropKept('other'));

    expect(count()).toEqual([0, 0]);
  });
});
