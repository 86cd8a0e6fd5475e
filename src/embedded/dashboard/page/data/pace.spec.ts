import { jest } from '@jest/globals';
import { paced } from './pace.js';

describe('Paced work', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('is done at once, and once more for all that was asked for meanwhile', async () => {
    let done = 0;
    const pace = paced(async () => {
      done++;
    });

    for (let times = 0; times < 5; times++) pace.ask();
    await jest.advanceTimersByTimeAsync(249);
    expect(done).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(done).toBe(2);
    await jest.advanceTimersByTimeAsync(10_000);
    expect(done).toBe(2);
  });

  it('takes up a fifth of the time when it takes long', async () => {
    let done = 0;
    const pace = paced(async () => {
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      done++;
    });

    pace.ask();
    await jest.advanceTimersByTimeAsync(500);
    pace.ask();
    await jest.advanceTimersByTimeAsync(5_499);
    expect(done).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect(done).toBe(2);
  });

  it('ends when it is stopped', async () => {
    let done = 0;
    const pace = paced(async () => {
      done++;
    });

    pace.ask();
    pace.ask();
    pace.stop();
    pace.ask();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(done).toBe(1);
  });
});
