import { endStepsWhileLocked, UNHARMED } from './support/lock-scenario.js';

describe('A data file that another process holds for 3 s', () => {
  it('keeps what apps answer waiting, executes nothing twice and blocks nobody', async () => {
    const outcome = await endStepsWhileLocked(3_000);

    expect(outcome).toMatchObject(UNHARMED);
    expect(outcome.lines).toEqual([
      expect.stringContaining('Another process has locked the data file'),
      expect.stringContaining('The data file can be written again, after 3'),
    ]);
    // A request waits up to 5 s.
    expect(outcome.statuses).toEqual([200]);
    // One wait of 20 ms, and attempts that fail at once.
    expect(outcome.blockedMs).toBeLessThan(300);
  });
});
