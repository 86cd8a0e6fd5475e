import { limitedRefresh } from './limited-refresh.js';

/** Advances the timers by one millisecond at a time, and runs the promises that they settle. */
async function advance(ms: number): Promise<void> {
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  await settle();
  for (let passed = 0; passed < ms; passed++) {
    jest.advanceTimersByTime(1);
    await settle();
  }
}

describe('A limited refresh', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('runs immediately, and once more for all requests that came meanwhile', async () => {
    let done = 0;
    const refresh = limitedRefresh(async () => {
      done++;
    });

    for (let times = 0; times < 5; times++) refresh.request();
    await advance(249);
    expect(done).toBe(1);
    await advance(1);
    expect(done).toBe(2);
    await advance(10_000);
    expect(done).toBe(2);
  });

  it('runs for at most a fifth of the time if its work takes long', async () => {
    let done = 0;
    const refresh = limitedRefresh(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      done++;
    });

    refresh.request();
    await advance(500);
    refresh.request();
    await advance(5_499);
    expect(done).toBe(1);
    await advance(1);
    expect(done).toBe(2);
  });

  it('does not run after it is stopped', async () => {
    let done = 0;
    const refresh = limitedRefresh(async () => {
      done++;
    });

    refresh.request();
    refresh.request();
    refresh.stop();
    refresh.request();
    await advance(10_000);
    expect(done).toBe(1);
  });
});
