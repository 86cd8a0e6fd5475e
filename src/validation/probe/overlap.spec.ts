import { busiest, changesOf } from './overlap.js';

const span = (startedAt: number, endedAt?: number): { startedAt: number; endedAt?: number } => ({
  startedAt,
  ...(endedAt !== undefined && { endedAt }),
});

describe('Overlap', () => {
  it('counts what is open at one moment', () => {
    expect(busiest([])).toBe(0);
    expect(busiest([span(0, 10), span(5, 15), span(12, 20)])).toBe(2);
  });

  it('lets what ends make room for what begins at the same moment', () => {
    expect(busiest([span(0, 10), span(10, 20)])).toBe(1);
  });

  it('counts what has no end to the end', () => {
    expect(busiest([span(0), span(5, 6), span(10, 11)])).toBe(2);
  });

  it('does not count what lasts no time', () => {
    expect(busiest([span(5, 5), span(0, 10)])).toBe(1);
    expect(changesOf([span(5, 5), span(5, 8)])).toEqual([
      { at: 0, count: 1 },
      { at: 3, count: 0 },
    ]);
  });
});
