import { endStepsWhileLocked, UNHARMED } from './support/lock-scenario.js';

describe('A data file that another process holds for 30 s', () => {
  it('keeps what apps answer waiting, refuses events with a time to try again, and executes nothing twice', async () => {
    const outcome = await endStepsWhileLocked(30_000);

    expect(outcome).toMatchObject(UNHARMED);
    expect(outcome.lines).toEqual([
      expect.stringContaining('Another process has locked the data file'),
      expect.stringMatching(/The data file can be written again, after [\d.]+ s\.$/),
    ]);
    expect(outcome.statuses.length).toBeGreaterThan(1);
    expect(outcome.statuses.slice(0, -1).every((status) => status === 503)).toBe(true);
    expect(outcome.blockedMs).toBeLessThan(10_000);
  });
});
