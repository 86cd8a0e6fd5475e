import * as fc from 'fast-check';
import { Database } from './database.js';
import { LimitStore, ROOTS } from './limit.store.js';
import { createSchema } from './migrate.js';

const KINDS = ['app', 'slot', 'throttle'] as const;

describe('The limits that the store has cached', () => {
  type Change = (store: LimitStore, nodes: { limits: number[]; lanes: number[] }) => void;
  /** One of the limits or lanes that there are. */
  const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % Math.max(1, list.length)];
  const at = fc.nat(50);
  const score = fc.option(fc.nat(5), { nil: null });
  let made = 0;

  const addLimit =
    (parent: number): Change =>
    (store, { limits }) => {
      const kind = KINDS[made % KINDS.length]!;
      const above = [ROOTS.ordinary, ROOTS.suspect, ...limits];
      const subject = `subject ${made++ % 4}`;
      const limit = { parent: pick(above, parent)!, kind, subject, capacity: made };
      limits.push(store.addLimit('fn', limit));
    };
  const addLane =
    (parent: number): Change =>
    (store, { limits, lanes }) => {
      const gate = pick(limits, parent);
      if (gate === undefined) return;
      const key = `lane ${made++}`;
      lanes.push(store.insertLane(key, { function_id: 'fn', slots: '[]', throttle_key: null, gate }));
      store.addLane(gate);
    };
  const change: fc.Arbitrary<Change> = fc.oneof(
    { weight: 3, arbitrary: at.map(addLimit) },
    { weight: 4, arbitrary: at.map(addLane) },
    {
      weight: 4,
      arbitrary: fc.tuple(at, score).map(([lane, head]): Change => (store, { lanes }) => {
        const id = pick(lanes, lane);
        if (id !== undefined) store.setLaneHead(id, head);
      }),
    },
    {
      weight: 4,
      arbitrary: fc.tuple(at, score).map(([limit, head]): Change => (store, { limits }) => {
        const id = pick(limits, limit);
        if (id !== undefined) store.setLimitHead(id, head);
      }),
    },
    fc.tuple(at, score).map(([limit, until]): Change => (store, { limits }) => {
      const id = pick(limits, limit);
      if (id !== undefined) store.close(id, until);
    }),
    fc.nat(10).map(
      (capacity): Change =>
        (store) =>
          void store.open('capacity > ?', [capacity], 3),
    ),
    at.map((lane): Change => (store, { lanes }) => {
      const id = pick(lanes, lane);
      if (id !== undefined && store.removeEmptyLane(id) !== undefined) lanes.splice(lanes.indexOf(id), 1);
    }),
    at.map((limit): Change => (store, { limits }) => {
      const id = pick(limits, limit);
      if (id === undefined) return;
      store.dropLane(id);
      if (!store.limit(id)) limits.splice(limits.indexOf(id), 1);
    }),
  );

  it('say what the rows say, after any changes, commits and rollbacks', () => {
    const transaction = fc.tuple(fc.array(change, { maxLength: 40 }), fc.boolean(), fc.boolean());
    fc.assert(
      fc.property(fc.array(transaction, { maxLength: 5 }), fc.boolean(), (list, areMany) => {
        const db = new Database(':memory:');
        createSchema(db);
        const store = new LimitStore(db);
        let nodes = { limits: [] as number[], lanes: [] as number[] };
        // So many children of one limit that they are not cached.
        if (areMany) db.transaction(() => Array.from({ length: 25 }, () => addLimit(0)(store, nodes)));
        const read = (): unknown => ({
          best: [ROOTS.ordinary, ROOTS.suspect, ...nodes.limits].map((id) => store.best(id)),
          opening: store.nextOpening(),
          limits: nodes.limits.map((id) => store.limit(id)),
          heads: nodes.lanes.map((id) => store.lane(id)?.head),
        });
        const check = (): void => {
          const cached = read();
          // A script empties all caches.
          db.script('SELECT 1');
          expect(cached).toEqual(read());
        };
        for (const [changes, isRolledBack, areRead] of list) {
          // As after a start, when nothing is cached.
          if (!areRead) db.script('SELECT 1');
          const before = structuredClone(nodes);
          try {
            db.transaction(() => {
              for (const one of changes) {
                one(store, nodes);
                if (areRead) read();
              }
              if (isRolledBack) throw new Error('undone');
            });
          } catch (error) {
            if ((error as Error).message !== 'undone') throw error;
            nodes = before;
          }
          check();
        }
        db.close();
      }),
      { numRuns: 150 },
    );
  });

  it('need no query to choose among few children, and one for the closed limits of a server that has just started', () => {
    const db = new Database(':memory:');
    createSchema(db);
    const store = new LimitStore(db);
    db.transaction(() => {
      const limits = [1, 2].map((capacity) =>
        store.addLimit('fn', { parent: ROOTS.ordinary, kind: 'slot', subject: 'x', capacity }),
      );
      limits.forEach((id, index) => store.setLimitHead(id, 9 - index));
      store.best(ROOTS.ordinary);
    });
    const queries = [jest.spyOn(db, 'get'), jest.spyOn(db, 'all')];

    db.transaction(() => {
      expect(store.best(ROOTS.ordinary)).toEqual({ id: 2, head: 8, is_lane: 0 });
      expect(store.open('TRUE', [], 10)).toEqual([]);
      expect(store.open('TRUE', [], 10)).toEqual([]);
      expect(store.nextOpening()).toBeUndefined();
    });
    expect(queries.map(({ mock }) => mock.calls.length)).toEqual([1, 0]);
    db.close();
  });

  it('are counted while they are closed, so that no query looks for them when none is', () => {
    const db = new Database(':memory:');
    createSchema(db);
    const store = new LimitStore(db);
    const [first, second, third] = db.transaction(() => {
      const ids = [1, 2, 3].map((capacity) =>
        store.addLimit('fn', { parent: ROOTS.ordinary, kind: 'slot', subject: 'x', capacity }),
      );
      store.nextOpening();
      return ids as [number, number, number];
    });
    const queries = [jest.spyOn(db, 'all'), jest.spyOn(db, 'getUnchanged')];
    const queriesOf = (work: () => unknown): number[] => {
      queries.forEach((query) => query.mockClear());
      db.transaction(work);
      return queries.map(({ mock }) => mock.calls.length);
    };
    const look = (): unknown => [store.open('FALSE', [], 10), store.nextOpening()];

    db.transaction(() => [store.close(first, 5), store.close(first, null), store.close(second, null)]);
    expect(queriesOf(look)).toEqual([1, 0]);
    db.transaction(() => store.close(third, 7));
    expect(queriesOf(look)).toEqual([1, 1]);
    // The count is read again.
    db.script('SELECT 1');
    db.transaction(() => store.dropLane(third));
    expect(queriesOf(look)).toEqual([1, 0]);
    db.transaction(() => store.open('TRUE', [], 10));
    expect(queriesOf(look)).toEqual([0, 0]);
    db.close();
  });
});
