import * as fc from 'fast-check';
import { peaks } from './flow-activity.js';

describe('The peaks of executing calls', () => {
  const inBuckets = (executions: [number, number][]): number[] =>
    peaks(
      executions.map(([from, to]) => ({ from, to })),
      { from: 0, bucketMs: 10, count: 3 },
    );

  it.each<[string, [number, number][], number[]]>([
    ['nothing', [], [0, 0, 0]],
    [
      'one after another',
      [
        [1, 4],
        [4, 9],
      ],
      [1, 0, 0],
    ],
    [
      'side by side',
      [
        [1, 5],
        [4, 9],
      ],
      [2, 0, 0],
    ],
    ['over several buckets', [[5, 25]], [1, 1, 1]],
    [
      'from before and beyond',
      [
        [-20, 50],
        [12, 13],
      ],
      [1, 2, 1],
    ],
    [
      'up to the edge of a bucket',
      [
        [0, 10],
        [10, 20],
      ],
      [1, 1, 0],
    ],
    ['of no length', [[5, 5]], [0, 0, 0]],
  ])('count calls: %s', (_, executions, expected) => {
    expect(inBuckets(executions)).toEqual(expected);
  });

  it('equal the peaks of a model that counts the calls of every millisecond', () => {
    const execution = fc.tuple(fc.integer({ min: -5, max: 35 }), fc.integer({ min: 1, max: 20 }));
    fc.assert(
      fc.property(fc.array(execution), (drawn) => {
        const executions = drawn.map(([from, length]): [number, number] => [from, from + length]);
        const at = (moment: number): number =>
          executions.filter(([from, to]) => from <= moment && moment < to).length;
        const expected = [0, 10, 20].map((start) =>
          Math.max(...Array.from({ length: 10 }, (_, offset) => at(start + offset))),
        );
        expect(inBuckets(executions)).toEqual(expected);
      }),
    );
  });
});
