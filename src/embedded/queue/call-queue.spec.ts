import { BareQueue } from './testing/bare-queue.js';

const SECOND = 1_000;
const USER = 'event.data.user';

describe('CallQueue', () => {
  const opened: BareQueue[] = [];

  afterEach(() => opened.splice(0).forEach((bare) => bare.close()));

  const open = (config: object): BareQueue => {
    const bare = new BareQueue([config]);
    opened.push(bare);
    return bare;
  };

  it.each([
    ['a full shared slot', { concurrency: [{ limit: 10 }, { limit: 1, key: USER, scope: 'fn' }] }],
    ['the same, named last', { concurrency: [{ limit: 1, key: USER, scope: 'fn' }, { limit: 10 }] }],
    [
      'a full slot of many functions',
      {
        concurrency: [
          { limit: 1, key: USER, scope: 'fn' },
          { limit: 10, key: '"all"', scope: 'env' },
        ],
      },
    ],
    [
      'a shared throttle',
      {
        throttle: { limit: 10, period: '60s' },
        concurrency: [{ limit: 1, key: USER, scope: 'fn' }],
      },
    ],
  ])('checks %s once, however many users wait for it', (_, config) => {
    const counts = [30, 300].map((users) => {
      const bare = open(config);
      for (let user = 0; user < users; user++) bare.start(0, { user: `user-${user}` });
      for (let taken = 0; taken < 10; taken++) expect(bare.take()).toBeDefined();
      const statements = statementsOfTake(bare);
      expect(bare.take()).toBeUndefined();
      return statements;
    });

    expect(counts[0]).toBeLessThan(40);
    expect(counts[1]).toBe(counts[0]);
  });

  it('checks an app that is away once, however many users wait for it', () => {
    const bare = open({ concurrency: [{ limit: 1, key: USER, scope: 'fn' }] });
    for (let user = 0; user < 500; user++) bare.start(0, { user });
    bare.presence.await(['app']);

    expect(statementsOfTake(bare)).toBeLessThan(40);
    bare.now += 10 * SECOND;
    expect(bare.takeAll()).toHaveLength(500);
  });

  it('continues in another turn after it has closed 100 limits', () => {
    const bare = open({ throttle: { limit: 1, period: '60s', key: USER } });
    const startAll = (): void => {
      for (let user = 0; user < 150; user++) bare.start(0, { user });
    };
    startAll();
    expect(bare.takeAll()).toHaveLength(150);
    startAll();

    expect([bare.take(), bare.take()]).toEqual(['later', undefined]);
  });

  describe('says why a call waits', () => {
    it('for its app, not for its throttle, after a restart', () => {
      const bare = open({ throttle: { limit: 1, period: '60s' } });
      const id = bare.start(0, {});
      bare.presence.await(['app']);
      bare.take();

      expect(bare.reason(id)).toBe('waiting for its app to come back, until 2026-01-01T00:00:10.000Z');
    });

    it('for a worker, when all of them are busy', () => {
      const bare = open({});
      for (let run = 0; run < 100; run++) bare.start(0, {});
      bare.takeAll();
      const id = bare.start(0, {});

      expect(bare.reason(id)).toBe('waiting for a free worker (100 of 100 busy)');
    });
  });
});

/** Counts the statements that one take executes. */
function statementsOfTake(bare: BareQueue): number {
  const { db } = bare;
  let count = 0;
  for (const name of ['run', 'get', 'all'] as const) {
    const original = db[name].bind(db) as (...values: never[]) => never;
    Object.assign(db, {
      [name]: (...values: never[]) => {
        count++;
        return original(...values);
      },
    });
  }
  bare.take();
  return count;
}
