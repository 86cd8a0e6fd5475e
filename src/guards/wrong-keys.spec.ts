import { VirtualClock } from '../clock/index.js';
import { WrongKeys } from './wrong-keys.js';

const SECOND = 1_000;

describe('WrongKeys', () => {
  let clock: VirtualClock;
  let keys: WrongKeys;

  beforeEach(() => {
    clock = new VirtualClock();
    keys = new WrongKeys(clock);
  });

  const wrong = (count: number, address = 'a'): number[] =>
    Array.from({ length: count }, () => keys.note(false, address));

  it('tells an address to wait after ten wrong keys within a minute, and no other', async () => {
    expect(wrong(10)).toEqual(Array(10).fill(0));
    await clock.advance(20 * SECOND);

    expect([wrong(1), wrong(1, 'b')]).toEqual([[40], [0]]);
    await clock.advance(40 * SECOND);
    expect(wrong(1)).toEqual([0]);
  });

  it('never tells a right key to wait', () => {
    wrong(20);

    expect(keys.note(true, 'a')).toBe(0);
  });

  it('counts no wrong key of an address that has shown a right one, for an hour', async () => {
    keys.note(true, 'a');
    expect(wrong(20)).toEqual(Array(20).fill(0));

    await clock.advance(60 * 60 * SECOND);

    expect(wrong(11).at(-1)).toBe(60);
  });

  it('remembers a bounded number of addresses with a right key, those that showed it last', () => {
    for (let address = 0; address <= 1_000; address++) keys.note(true, String(address));

    expect([wrong(11, '0').at(-1), wrong(11, '1').at(-1)]).toEqual([60, 0]);
  });
});
