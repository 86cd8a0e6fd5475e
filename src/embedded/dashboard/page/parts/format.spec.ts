import { clockTime, duration, localTimes, ordinal, period } from './format.js';

describe('Words for times', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [1_240, '1.24 s'],
    [12_540, '12.5 s'],
    [65_000, '1 m 05 s'],
    [3 * 60_000, '3 m'],
    [12_060_000, '3 h 21 m'],
    [187_200_000, '2 d 04 h'],
    [-5, '0 ms'],
  ])('%d ms is "%s"', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });

  it.each([
    [1_000, 'second'],
    [60_000, 'minute'],
    [90_000, '90 seconds'],
    [604_800_000, '7 days'],
  ])('a period of %d ms is "%s"', (ms, text) => {
    expect(period(ms)).toBe(text);
  });

  it('shows the date only if it is not today', () => {
    const noon = new Date(2026, 4, 6, 12, 0, 0).getTime();

    expect(clockTime(noon, { now: noon + 60_000 })).toBe('12:00:00');
    expect(clockTime(noon, { now: noon + 60_000, millis: true })).toBe('12:00:00.000');
    expect(clockTime(noon, { now: noon + 86_400_000 })).toMatch(/6.*12:00:00/);
  });

  it("converts the times in the server's sentences to the reader's time zone", () => {
    const moment = new Date(2026, 4, 6, 12, 0, 5).toISOString();

    expect(localTimes(`throttled until ${moment}`, Date.parse(moment))).toBe('throttled until 12:00:05');
  });

  it.each([
    [1, '1st'],
    [2, '2nd'],
    [3, '3rd'],
    [4, '4th'],
    [11, '11th'],
    [21, '21st'],
  ])('counts %d as %s', (number, text) => {
    expect(ordinal(number)).toBe(text);
  });
});
