import { isoOf, localOf, rangeOf } from './time-range.js';

const NOW = Date.parse('2026-11-25T10:00:00.000Z');
const rangeIn = (query: string) => rangeOf(new URLSearchParams(query), NOW);

describe('A time range', () => {
  it('begins at a time before now, or has the times in the URL', () => {
    expect(rangeIn('range=1h')).toEqual({ from: '2026-11-25T09:00:00.000Z' });
    expect(rangeIn('range=custom&from=2026-11-24T00:00:00.000Z')).toEqual({
      from: '2026-11-24T00:00:00.000Z',
    });
    expect(rangeIn('range=custom&until=2026-11-24T00:00:00.000Z')).toEqual({
      until: '2026-11-24T00:00:00.000Z',
    });
    expect(rangeIn('from=2026-11-24T00:00:00.000Z')).toEqual({});
    expect(rangeIn('range=unheard')).toEqual({});
  });

  it("is shown in the reader's time zone, and parsed from it", () => {
    const moment = '2026-07-01T22:30:05.000Z';

    expect(localOf(moment)).toMatch(/^2026-07-0\dT\d\d:[03]0:05$|^2026-07-0\dT\d\d:[14]5:05$/);
    expect(isoOf(localOf(moment))).toBe(moment);
    expect(localOf(null)).toBe('');
    expect(localOf('no moment')).toBe('');
    expect(isoOf('')).toBeUndefined();
  });
});
