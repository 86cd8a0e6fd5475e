import { isOfPlay } from './of-play.js';

describe('A run', () => {
  it.each([
    [1_795_441_743_771, true],
    [1_795_441_743_772, false],
  ])('is of a play that began at %s: %s', (startedAt, expected) => {
    expect(isOfPlay('01M84ANNWVWBP7SPVG9HWX15JS', { startedAt })).toBe(expected);
  });
});
