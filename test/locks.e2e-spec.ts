import { endStepsWhileLocked, UNHARMED } from './support/lock-scenario.js';

describe('A data file that another process holds for 3 s', () => {
  it('keeps what apps answer waiting, executes nothing twice and blocks nobody', async () => {
    const outcome = await endStepsWhileLocked(3_000);

    expect(outcome).toMatchObject(UNHARMED);
    expect(outcome.lines).toEqual([
      expect.stringContaining('Another process has locked the data file'),
      expect.stringMatching(/The data file can be written again, after [\d.]+ s\.$/),
    ]);
    // A request waits up to 5 s.
    expect(outcome.statuses).toEqual([200]);
    // One wait of 20 ms, and attempts that fail at once: 20 to 60 ms on an idle machine, more on a busy one.
    expect(outcome.blockedMs).toBeLessThan(1_500);
  });
});
