import * as fc from 'fast-check';
import { DurationError, formatDuration, parseDuration } from './duration.js';

describe('parseDuration', () => {
  it.each([
    ['60s', 60_000],
    ['1m30s', 90_000],
    ['2d', 172_800_000],
    ['1w', 604_800_000],
    ['500ms', 500],
    ['1h', 3_600_000],
    ['24h', 86_400_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['0.07s', 70],
    ['1.001s', 1_001],
    ['1w2d3h4m5s6ms', 604_800_000 + 172_800_000 + 10_800_000 + 240_000 + 5_006],
    ['1500us', 1],
    ['0', 0],
    ['0s', 0],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    '60',
    ' 60s',
    '60 s',
    '1m 30s',
    '-5s',
    '1y',
    's',
    '1h30',
    '.s',
    'abc',
    '1e3s',
    '9999999999999w',
  ])('refuses %j and shows how to write one', (text) => {
    expect(() => parseDuration(text)).toThrow(DurationError);
    expect(() => parseDuration(text)).toThrow(`"${text}" is not a duration: write numbers with units`);
  });

  it.each([60, 60n, null, undefined, {}, []])('refuses what is no text: %p', (value) => {
    expect(() => parseDuration(value)).toThrow(DurationError);
  });

  it('adds its parts up', () => {
    const part = fc.tuple(fc.nat(1_000), fc.constantFrom('w', 'd', 'h', 'm', 's', 'ms'));
    const size = { w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        expect(parseDuration(parts.map(([n, unit]) => `${n}${unit}`).join(''))).toBe(
          parts.reduce((sum, [n, unit]) => sum + n * size[unit], 0),
        );
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [850, '850 ms'],
    [999.6, '1 s'],
    [1_000, '1 s'],
    [1_500, '1.5 s'],
    [9_960, '10 s'],
    [10_000, '10 s'],
    [59_999, '1 m'],
    [90_000, '1 m 30 s'],
    [3_600_000, '1 h'],
    [5_430_000, '1 h 31 m'],
    [86_400_000, '1 d'],
    [90_000_000, '1 d 1 h'],
    [604_800_000, '7 d'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
