import { dueTimeOf, parseRequestedTime, tooLong } from './due-time.js';

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;
const OP = { op: 'Sleep', id: 'nap' };

it.each([
  ['', { inMs: 0 }],
  ['1h', { inMs: HOUR }],
  ['-5s', { inMs: -5_000 }],
  ['2026-01-02T00:00:00.000Z', { at: NOW + DAY }],
])('"%s" asks for %j', (text, time) => {
  expect(parseRequestedTime(text, OP)).toEqual(time);
});

it('a text that is neither a duration nor a date is an error that names the step', () => {
  expect(() => parseRequestedTime('soon', OP)).toThrow('Sleep (step "nap")');
});

describe('When the wall clock was put back by an hour', () => {
  const times = { now: NOW, setBack: HOUR };

  it('a duration ends by the steady time', () => {
    expect(dueTimeOf(times, { inMs: 10 })).toEqual({
      wall: NOW + 10,
      timer: { at: NOW + HOUR + 10, scale: 'steady' },
    });
  });

  it('a date comes by the wall clock', () => {
    expect(dueTimeOf(times, { at: NOW + 10 })).toEqual({
      wall: NOW + 10,
      timer: { at: NOW + 10, scale: 'wall' },
    });
  });

  it('what has passed is now', () => {
    expect(dueTimeOf(times, { inMs: -1 }).wall).toBe(NOW);
    expect(dueTimeOf(times, { at: NOW - 1 }).wall).toBe(NOW);
  });
});

it('366 days are allowed, and not a millisecond more', () => {
  expect(tooLong('The sleep', NOW + 366 * DAY, NOW)).toBeUndefined();
  expect(tooLong('The sleep', NOW + 366 * DAY + 1, NOW)?.name).toBe('InngestErrTimeoutTooLong');
});
