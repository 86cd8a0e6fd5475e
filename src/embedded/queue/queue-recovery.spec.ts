import { BareQueue } from './testing/bare-queue.js';

const CALLS = 350;

describe('The recovery of the queue', () => {
  let bare: BareQueue;

  beforeEach(() => {
    bare = new BareQueue([{ concurrency: [{ limit: 1, key: 'event.data.user', scope: 'fn' }] }]);
    for (let user = 0; user < CALLS; user++) bare.start(0, { user });
  });

  afterEach(() => bare.close());

  /** Counts the calls in a state. */
  const count = (state: string): number =>
    bare.db.get<{ n: number }>('SELECT count(*) AS n FROM queue_item WHERE state = ?', state)!.n;
  const closed = (): number =>
    bare.db.get<{ n: number }>('SELECT count(*) AS n FROM gate WHERE is_closed = 1')!.n;
  const recoverSome = (): boolean => bare.db.transaction(() => bare.queue.recover());

  /** Recovers the whole queue. Returns by how much one transaction lowered any of the numbers at most. */
  function recoverAll(...numbers: (() => number)[]): number {
    let most = 0;
    for (let hasMore = true; hasMore;) {
      const before = numbers.map((number) => number());
      hasMore = recoverSome();
      numbers.forEach((number, index) => (most = Math.max(most, before[index]! - number())));
    }
    return most;
  }

  it('changes a bounded number of calls and limits in one transaction', () => {
    bare.takeAll();
    bare.db.script("UPDATE gate SET is_closed = 1 WHERE kind = 'slot'");
    bare.begin();
    expect([count('running'), closed()]).toEqual([CALLS, CALLS]);

    expect(recoverAll(() => count('running'), closed)).toBe(100);

    expect([count('running'), count('ready'), closed()]).toEqual([0, CALLS, 0]);
    expect(bare.takeAll()).toHaveLength(CALLS);
  });

  it.each([
    ['that were set aside', "UPDATE queue_item SET state = 'set-aside'", () => count('set-aside')],
    [
      'from a version without a tree of limits',
      'DELETE FROM gate; DELETE FROM lane; UPDATE queue_item SET lane = 0',
      (): number => bare.db.all('SELECT 1 FROM queue_item WHERE lane = 0').length,
    ],
  ])('also requeues calls %s in bounded transactions', (_, change, left) => {
    bare.db.script(change);

    expect(recoverAll(left)).toBe(100);

    expect(left()).toBe(0);
    expect(bare.takeAll()).toHaveLength(CALLS);
  });
});
