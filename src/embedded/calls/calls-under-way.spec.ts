import * as fc from 'fast-check';
import { VirtualClock } from '../../clock/index.js';
import { CallsUnderWay } from './calls-under-way.js';

const START = 1_764_000_000_000;

describe('The calls under way', () => {
  let clock: VirtualClock;
  let calls: CallsUnderWay;

  beforeEach(() => {
    clock = new VirtualClock(START);
    calls = new CallsUnderWay(clock);
  });

  const at = (ms: number): void => {
    jest.spyOn(clock, 'now').mockReturnValue(START + ms);
  };
  const peaks = (count = 3, from = 0): number[] => calls.peaks('fn', START + from, count);

  it('have no peaks at first', () => {
    expect(peaks()).toEqual([0, 0, 0]);
  });

  it('have a number over all functions', () => {
    for (const id of ['a', 'a', 'b']) calls.began(id);
    calls.ended('a');

    expect(calls.total).toBe(2);
  });

  it('count only once when one begins after another has ended', () => {
    at(100);
    calls.began('fn');
    calls.ended('fn');
    calls.began('fn');
    calls.ended('fn');

    expect(peaks()).toEqual([1, 0, 0]);
  });

  it('count in every second in which they are under way, also in those in which nothing changes', () => {
    at(500);
    calls.began('fn');
    calls.began('fn');
    at(2_999);
    calls.ended('fn');
    at(4_000);
    calls.began('fn');

    expect(peaks(6)).toEqual([2, 2, 2, 1, 2, 2]);
    expect(peaks(2, 1_000)).toEqual([2, 2]);
    expect(peaks(2, 7_000)).toEqual([2, 2]);
  });

  it('count for their own function only', () => {
    at(0);
    calls.began('other');

    expect(peaks()).toEqual([0, 0, 0]);
    expect(calls.peaks('other', START, 1)).toEqual([1]);
  });

  it('count in the last second when the wall clock is put back', () => {
    at(2_000);
    calls.began('fn');
    at(0);
    calls.began('fn');

    expect(peaks()).toEqual([0, 0, 2]);
  });

  it('are forgotten after ten minutes, but for those that continue', () => {
    at(0);
    calls.began('fn');
    for (let second = 0; second < 1_300; second++) {
      at(second * 1_000);
      calls.began('fn');
      calls.ended('fn');
    }

    expect(peaks(600, 700_000)).toEqual(Array(600).fill(2));
    expect(peaks(3, 100_000)).toEqual([0, 0, 0]);
  });

  it('equal the peaks of a model that counts them after every change', () => {
    const change = fc.record({ wait: fc.integer({ min: 0, max: 2_500 }), begins: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
        calls = new CallsUnderWay(clock);
        const expected = Array<number>(30).fill(0);
        let number = 0;
        let time = 0;
        const count = (second: number): void => {
          if (second < 30) expected[second] = Math.max(expected[second]!, number);
        };
        for (const { wait, begins } of changes) {
          for (const end = time + wait; time < end; time++) count(Math.floor(time / 1_000));
          count(Math.floor(time / 1_000));
          at(time);
          if (begins) calls.began('fn');
          else if (number > 0) calls.ended('fn');
          number = begins ? number + 1 : Math.max(0, number - 1);
          count(Math.floor(time / 1_000));
        }
        for (let second = Math.floor(time / 1_000); second < 30; second++) count(second);
        expect(peaks(30)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
