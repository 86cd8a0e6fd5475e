import { limitedRefresh } from './limited-refresh.js';

/** Lets timers and what follows from them happen, a millisecond at a time. */
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

describe('Paced work', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('is done at once, and once more for all that was asked for meanwhile', async () => {
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

  it('takes up a fifth of the time when it takes long', async () => {
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

  it('ends when it is stopped', async () => {
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
