import { isoOf, localOf, momentsOf } from './time-range.js';

const NOW = Date.parse('2026-11-25T10:00:00.000Z');
const momentsIn = (query: string) => momentsOf(new URLSearchParams(query), NOW);

describe('A time range', () => {
  it('begins so long ago, or at the moments in the address', () => {
    expect(momentsIn('range=1h')).toEqual({ from: '2026-11-25T09:00:00.000Z' });
    expect(momentsIn('range=custom&from=2026-11-24T00:00:00.000Z')).toEqual({
      from: '2026-11-24T00:00:00.000Z',
    });
    expect(momentsIn('range=custom&until=2026-11-24T00:00:00.000Z')).toEqual({
      until: '2026-11-24T00:00:00.000Z',
    });
    expect(momentsIn('from=2026-11-24T00:00:00.000Z')).toEqual({});
    expect(momentsIn('range=unheard')).toEqual({});
  });

  it('is written in the zone of the reader, and read from it', () => {
    const moment = '2026-07-01T22:30:05.000Z';

    expect(localOf(moment)).toMatch(/^2026-07-0\dT\d\d:[03]0:05$|^2026-07-0\dT\d\d:[14]5:05$/);
    expect(isoOf(localOf(moment))).toBe(moment);
    expect(localOf(null)).toBe('');
    expect(localOf('no moment')).toBe('');
    expect(isoOf('')).toBeUndefined();
  });
});
