import { endStepsWhileLocked, UNHARMED } from './support/lock-scenario.js';

const LINES = [
  expect.stringContaining('Another process has locked the data file'),
  expect.stringMatching(/The data file can be written again, after [\d.]+ s\.$/),
];

describe('A data file that another process holds', () => {
  it('for 3 s keeps what apps answer waiting, executes nothing twice and blocks nobody', async () => {
    const outcome = await endStepsWhileLocked(3_000);

    expect(outcome).toMatchObject(UNHARMED);
    expect(outcome.lines).toEqual(LINES);
    // The server lets a request wait for up to 5 s.
    expect(outcome.statuses).toEqual([200]);
    // The server waits once for 20 ms, and later attempts fail immediately: 20 to 60 ms on an idle machine, more on a busy one.
    expect(outcome.blockedMs).toBeLessThan(1_500);
  });

  it('for 30 s refuses events with a time to try again besides', async () => {
    const outcome = await endStepsWhileLocked(30_000);

    expect(outcome).toMatchObject(UNHARMED);
    expect(outcome.lines).toEqual(LINES);
    expect(outcome.statuses.length).toBeGreaterThan(1);
    expect(outcome.statuses.slice(0, -1).every((status) => status === 503)).toBe(true);
    expect(outcome.blockedMs).toBeLessThan(10_000);
  });
});
