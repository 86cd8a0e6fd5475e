import { tickLabel, ticks } from './axis.js';

const DAY = 24 * 60 * 60 * 1_000;

describe('An axis', () => {
  it.each([
    [40, 8, ['0', '10 ms', '20 ms', '30 ms', '40 ms']],
    [7_000, 8, ['0', '1 s', '2 s', '3 s', '4 s', '5 s', '6 s', '7 s']],
    [100_000, 4, ['0', '30 s', '1 m', '1 m 30 s']],
    [2 * DAY, 5, ['0', '12 h', '1 d', '1 d 12 h', '2 d']],
    [30 * DAY, 4, ['0', '8 d', '16 d', '24 d']],
  ])('of %i ms with room for %i has round ticks', (length, most, labels) => {
    expect(ticks(length, most).map(tickLabel)).toEqual(labels);
  });
});
