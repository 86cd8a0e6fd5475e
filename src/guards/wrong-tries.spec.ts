import { VirtualClock } from '../clock/index.js';
import { WrongTries } from './wrong-tries.js';

describe('WrongTries', () => {
  const clock = new VirtualClock();
  const tries = (): WrongTries => new WrongTries(clock, { most: 3, withinMs: 1_000 });

  it('has an address wait from its third wrong try until the first is old', async () => {
    const wrong = tries();
    for (const _ of [1, 2]) {
      wrong.add('a');
      await clock.advance(100);
    }
    expect(wrong.waitMs('a')).toBe(0);
    wrong.add('a');
    expect([wrong.waitMs('a'), wrong.waitMs('b')]).toEqual([800, 0]);
    await clock.advance(800);
    expect(wrong.waitMs('a')).toBe(0);
    // The second wrong attempt counts for another 100 ms.
    wrong.add('a');
    expect(wrong.waitMs('a')).toBe(100);
  });

  it('counts what comes from the many addresses of one IPv6 network together', () => {
    const wrong = tries();
    for (const host of ['1', '2', '3']) wrong.add(`2001:db8:1:2::${host}`);
    expect([wrong.waitMs('2001:db8:1:2::4'), wrong.waitMs('2001:db8:1:3::4')]).toEqual([1_000, 0]);
  });

  it('forgets the address that tried longest ago, not the one that tried first', () => {
    const wrong = tries();
    wrong.add('a');
    for (let address = 0; address < 9_999; address++) wrong.add(String(address));
    for (const _ of [2, 3]) wrong.add('a');
    wrong.add('b');

    expect([wrong.waitMs('a'), wrong.size]).toEqual([1_000, 10_000]);
  });

  it('remembers a bounded number of addresses, and those that tried last', () => {
    const wrong = tries();
    for (let address = 0; address < 20_000; address++) wrong.add(String(address));
    for (const _ of [1, 2, 3]) wrong.add('a');

    expect(wrong.waitMs('a')).toBe(1_000);
    expect(wrong.size).toBeLessThanOrEqual(10_000);
  });
});
