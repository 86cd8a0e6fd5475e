import { setImmediate as nextTurn } from 'node:timers/promises';
import { SystemClock, VirtualClock } from '../../clock/index.js';
import { Turn } from '../../common/turn.js';
import { Database, StoreUnavailableError } from '../store/database.js';
import { PatientStore, type StoreOptions } from './patient-store.js';

describe('What is to be stored in the same turn', () => {
  let clock: VirtualClock;
  let db: Database;
  let store: PatientStore;
  let transactions: jest.SpyInstance;
  /** Whether a turn is over. A real turn lasts some milliseconds, which a busy machine may need for one piece. */
  let isOver: boolean;

  beforeEach(() => {
    isOver = false;
    jest.spyOn(Turn.prototype, 'isOver', 'get').mockImplementation(() => isOver);
    clock = new VirtualClock();
    db = new Database(':memory:');
    db.script('CREATE TABLE note (text)');
    store = new PatientStore(db, clock);
    transactions = jest.spyOn(db, 'transaction');
  });

  afterEach(() => {
    jest.restoreAllMocks();
    db.close();
  });

  const insert = (text: string): string => {
    db.run('INSERT INTO note VALUES (?)', text);
    return `result of ${text}`;
  };
  const stored = (): unknown[] => db.all<{ text: string }>('SELECT text FROM note').map(({ text }) => text);
  const fail = (): never => {
    insert('half');
    throw new Error('a bug');
  };

  /** The outcome of each work after some event loop turns; undefined if it still waits. */
  const outcomesOf = async (works: readonly (() => string)[], options?: StoreOptions): Promise<unknown[]> => {
    const outcomes: unknown[] = works.map(() => undefined);
    for (const [index, work] of works.entries()) {
      store.untilStored(work, options).then(
        (result) => (outcomes[index] = result),
        (error: unknown) => (outcomes[index] = String(error)),
      );
    }
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    return outcomes;
  };
  const inserts = (...texts: string[]): (() => string)[] => texts.map((text) => () => insert(text));

  it('is one transaction, and each gets its own result', async () => {
    const outcomes = await outcomesOf(inserts('a', 'b', 'c'));

    expect(outcomes).toEqual(['result of a', 'result of b', 'result of c']);
    expect(transactions).toHaveBeenCalledTimes(1);
  });

  it.each([0, 1, 2])('changes nothing of what one does that fails (number %d)', async (place) => {
    const works = inserts('a', 'b').toSpliced(place, 0, fail);

    expect(await outcomesOf(works)).toEqual(
      ['result of a', 'result of b'].toSpliced(place, 0, 'Error: a bug'),
    );
    expect(stored()).toEqual(['a', 'b']);
  });

  it('is done once when it fails alone', async () => {
    const work = jest.fn(fail);

    await expect(store.untilStored(work)).rejects.toThrow('a bug');
    expect(work).toHaveBeenCalledTimes(1);
  });

  it('fails when the database is closed', async () => {
    db.close();

    expect(await outcomesOf(inserts('a', 'b'))).toEqual([expect.any(String), expect.any(String)]);
  });

  describe('with a last part', () => {
    const allowed = { allowsPass: true };

    it('is one transaction with it', async () => {
      store.endGroupsWith(() => insert('last'));

      await outcomesOf(inserts('a', 'b'), allowed);
      expect(stored()).toEqual(['a', 'b', 'last']);
      expect(transactions).toHaveBeenCalledTimes(1);
    });

    it('is stored without it when one piece does not allow it', async () => {
      store.endGroupsWith(() => insert('last'));

      const other = store.untilStored(() => insert('a'), allowed);
      await outcomesOf(inserts('b'));
      await other;
      expect(stored()).toEqual(['a', 'b']);
    });

    it.each([[['a']], [['a', 'b']]])('is stored without it when it fails (%p)', async (texts) => {
      store.endGroupsWith(fail);

      expect(await outcomesOf(inserts(...texts), allowed)).toEqual(texts.map((text) => `result of ${text}`));
      expect(stored()).toEqual(texts);
    });

    it('is stored with it after a part that failed was left out', async () => {
      store.endGroupsWith(() => insert('last'));

      await outcomesOf([fail], allowed);
      await outcomesOf(inserts('a'), allowed);
      expect(stored()).toEqual(['a', 'last']);
    });
  });

  it('goes on in the next turn when one takes the whole turn, in its order', async () => {
    isOver = true;
    const outcomes = await outcomesOf(inserts('a', 'b', 'c'));

    expect(outcomes).toEqual(['result of a', 'result of b', 'result of c']);
    expect(stored()).toEqual(['a', 'b', 'c']);
    expect(transactions).toHaveBeenCalledTimes(3);
  });

  it('comes before what one of them asks for while it is stored', async () => {
    isOver = true;
    let asked: Promise<string> | undefined;
    const ask = (): string => {
      asked = store.untilStored(() => insert('c'));
      return insert('a');
    };
    await outcomesOf([ask, ...inserts('b')]);

    expect(await asked).toBe('result of c');
    expect(stored()).toEqual(['a', 'b', 'c']);
    expect(transactions).toHaveBeenCalledTimes(3);
  });

  it('holds virtual time until it is stored', async () => {
    const all = Promise.all([store.untilStored(() => insert('a')), store.untilStored(() => insert('b'))]);
    expect(clock.heldBy()).toEqual(['the data file']);
    await all;
    await nextTurn();

    expect(clock.heldBy()).toEqual([]);
  });

  describe('and may wait for others', () => {
    /** Ends the wait. */
    let waited: (() => void) | undefined;

    beforeEach(() => {
      waited = undefined;
      store = new PatientStore(db, new SystemClock());
      jest.spyOn(globalThis, 'setTimeout').mockImplementation((fn: () => void) => {
        waited = fn;
        return undefined as unknown as NodeJS.Timeout;
      });
    });

    it('is one transaction with those that come meanwhile', async () => {
      expect(await outcomesOf(inserts('a'), { waits: 'moment' })).toEqual([undefined]);
      expect(await outcomesOf(inserts('b'), { waits: 'moment' })).toEqual([undefined]);
      expect(transactions).not.toHaveBeenCalled();

      waited?.();
      expect(stored()).toEqual(['a', 'b']);
      expect(transactions).toHaveBeenCalledTimes(1);
    });

    it('waits no longer when one comes that may not, and the next ones wait again', async () => {
      const ended = jest.spyOn(globalThis, 'clearTimeout');
      await outcomesOf(inserts('a'), { waits: 'moment' });
      expect(await outcomesOf(inserts('b'))).toEqual(['result of b']);
      expect(ended).toHaveBeenCalledTimes(1);
      expect(stored()).toEqual(['a', 'b']);

      await outcomesOf(inserts('c'), { waits: 'moment' });
      expect(stored()).toEqual(['a', 'b']);
      waited?.();
      expect(stored()).toEqual(['a', 'b', 'c']);
      expect(transactions).toHaveBeenCalledTimes(2);
    });

    it('does not wait for others of its turn if none can come', async () => {
      const all = outcomesOf(inserts('a'), { waits: 'not' });
      await Promise.resolve();
      expect(stored()).toEqual(['a']);
      expect(await all).toEqual(['result of a']);
    });

    it('does not wait in virtual time, in which a test would pay for it', async () => {
      store = new PatientStore(db, clock);

      expect(await outcomesOf(inserts('a'), { waits: 'moment' })).toEqual(['result of a']);
    });

    it('waits for others of its turn in virtual time', async () => {
      store = new PatientStore(db, clock);

      expect(await outcomesOf(inserts('b', 'c'), { waits: 'not' })).toEqual(['result of b', 'result of c']);
      expect(transactions).toHaveBeenCalledTimes(1);
    });
  });

  describe('while the data file is unavailable', () => {
    const unavailable = (kind: 'busy' | 'full' | 'taken', times: number): void => {
      for (let time = 0; time < times; time++) {
        transactions.mockImplementationOnce(() => {
          throw new StoreUnavailableError(kind, `It is ${kind}.`);
        });
      }
    };

    it('is tried again with longer pauses, each once', async () => {
      unavailable('busy', 3);
      const all = Promise.all([store.untilStored(() => insert('a')), store.untilStored(() => insert('b'))]);
      const start = clock.now();
      await clock.pass(() => stored().length === 2);

      expect(await all).toEqual(['result of a', 'result of b']);
      expect(clock.now() - start).toBe(50 + 100 + 200);
    });

    it.each(['full', 'taken'] as const)(
      'is refused to a request without a wait if it is %s',
      async (kind) => {
        unavailable(kind, 1);

        await expect(store.forRequest(() => insert('a'))).rejects.toMatchObject({ kind });
        expect(stored()).toEqual([]);
      },
    );

    it('is given up if another server has taken the file over', async () => {
      unavailable('taken', 1);

      await expect(store.untilStored(() => insert('a'))).rejects.toMatchObject({ kind: 'taken' });
    });
  });
});
