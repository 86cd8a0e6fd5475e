import { BoundedLabels } from './bounded-labels.js';

describe('BoundedLabels', () => {
  it('keeps the first values of each group, and calls later ones "other"', () => {
    const labels = new BoundedLabels(2);
    const of = (...values: string[]): string[] => values.map((value) => labels.of('a', value));
    expect(of('x', 'y', 'z', 'x')).toEqual(['x', 'y', 'other', 'x']);
    expect(labels.of('b', 'z')).toBe('z');
  });
});
