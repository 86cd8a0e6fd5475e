import { VirtualClock } from './virtual-clock.js';

const START = Date.UTC(2026, 0, 1);

describe('VirtualClock', () => {
  let clock: VirtualClock;

  beforeEach(() => {
    clock = new VirtualClock(START);
  });

  it('stands still outside pass and advance', async () => {
    let fired = false;
    clock.schedule(START + 1, () => (fired = true));

    await clock.settled();

    expect(fired).toBe(false);
    expect(clock.now()).toBe(START);
  });

  it('skips to the due alarms, in order, and stops when the condition holds', async () => {
    const fired: number[] = [];
    for (const after of [3_000, 1_000, 2_000]) {
      clock.schedule(START + after, () => fired.push(clock.now() - START));
    }

    await clock.pass(() => fired.length === 2);

    expect(fired).toEqual([1_000, 2_000]);
    expect(clock.now()).toBe(START + 2_000);
  });

  it('calls alarms of one time in the order in which they were set, and lets one cancel another', async () => {
    const fired: string[] = [];
    clock.schedule(START + 5, () => {
      fired.push('first');
      cancel();
    });
    const cancel = clock.schedule(START + 5, () => fired.push('second'));

    await clock.advance(5);

    expect(fired).toEqual(['first']);
  });

  it('rejects when nothing is due and the condition does not hold', async () => {
    await expect(clock.pass(() => false)).rejects.toThrow('Nothing is due any more');
  });

  it('never skips to a background alarm, but calls those that it passes', async () => {
    const fired: string[] = [];
    clock.schedule(START + 10, () => fired.push('background'), 'background');
    await expect(clock.pass(() => fired.length > 0)).rejects.toThrow('Nothing is due any more');

    clock.schedule(START + 20, () => fired.push('due'));
    await clock.pass(() => fired.includes('due'));

    expect(fired).toEqual(['background', 'due']);
  });

  it('skips to tick alarms only up to the horizon of the wait', async () => {
    let ticks = 0;
    const tick = (): void => {
      ticks++;
      clock.after(60_000, tick, 'tick');
    };
    clock.schedule(START + 60_000, tick, 'tick');
    await expect(clock.pass(() => ticks > 0)).rejects.toThrow('Nothing is due any more');
    expect(ticks).toBe(0);

    await expect(clock.pass(() => ticks === 10, { within: 150_000 })).rejects.toThrow('within 150000 ms');
    expect(ticks).toBe(2);
  });

  it('calls tick alarms on the way to a due alarm', async () => {
    const fired: string[] = [];
    clock.schedule(START + 50, () => fired.push('tick'), 'tick');
    clock.schedule(START + 100, () => fired.push('due'));

    await clock.pass(() => fired.includes('due'));

    expect(fired).toEqual(['tick', 'due']);
  });

  it('waits until nothing holds it', async () => {
    const release = clock.hold('a request');
    let moved = false;
    clock.schedule(START + 1, () => (moved = true));
    const passed = clock.pass(() => moved);
    await new Promise((resolve) => setImmediate(resolve));
    expect(moved).toBe(false);

    release();
    await passed;

    expect(moved).toBe(true);
  });

  it('moves while every call under way sleeps on it, and only then', async () => {
    const order: string[] = [];
    let answer: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const call = clock.calling('step', (headers) =>
      clock.serving(headers, async () => {
        await clock.sleep(1_000);
        order.push(`slept until ${clock.now() - START}`);
        await answered;
        order.push('answered');
      }),
    );
    clock.schedule(START + 2_000, () => order.push('later'));
    const passed = clock.pass(() => order.includes('later'));
    while (order.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(order).toEqual(['slept until 1000']);

    answer();
    await Promise.all([call, passed]);

    expect(order).toEqual(['slept until 1000', 'answered', 'later']);
  });

  it('does not move for one sleeping call while another works', async () => {
    let finish: () => void = () => undefined;
    const working = clock.calling('working', (headers) =>
      clock.serving(headers, () => new Promise<void>((resolve) => (finish = resolve))),
    );
    let slept = false;
    const sleeping = clock.calling('sleeping', (headers) =>
      clock.serving(headers, async () => {
        await clock.sleep(10);
        slept = true;
      }),
    );
    const passed = clock.pass(() => slept);
    await new Promise((resolve) => setImmediate(resolve));
    expect(slept).toBe(false);

    finish();
    await Promise.all([working, sleeping, passed]);

    expect(slept).toBe(true);
  });

  it('ignores the sleep of a call whose caller has given up when it looks for calls that work', async () => {
    const order: string[] = [];
    let giveUp: () => void = () => undefined;
    const abandoned = clock.calling('abandoned', (headers) => {
      void clock.serving(headers, async () => {
        await clock.sleep(1_000);
        order.push('the abandoned one woke');
      });
      return new Promise<void>((resolve) => (giveUp = resolve));
    });
    giveUp();
    await abandoned;
    let finish: () => void = () => undefined;
    const working = clock.calling('working', (headers) =>
      clock.serving(headers, () => new Promise<void>((resolve) => (finish = resolve))),
    );
    const passed = clock.pass(() => order.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(clock.now()).toBe(START);

    order.push('finished');
    finish();
    await Promise.all([working, passed]);

    expect(order).toEqual(['finished', 'the abandoned one woke']);
    expect(clock.now()).toBe(START + 1_000);
  });

  it('does not move while an answer is on its way, though its handler left a sleep pending', async () => {
    let arrive: () => void = () => undefined;
    const call = clock.calling('call', async (headers) => {
      await clock.serving(headers, async () => void clock.sleep(1_000));
      await new Promise<void>((resolve) => (arrive = resolve));
    });
    const passed = clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(clock.now()).toBe(START);

    arrive();
    await Promise.all([call, passed]);

    expect(clock.now()).toBe(START + 1_000);
  });

  it('treats sleeps of work that serves no call as ordinary alarms', async () => {
    let slept = false;
    const work = clock.serving({}, async () => {
      await clock.sleep(10);
      slept = true;
    });

    await clock.pass(() => slept);
    await work;

    expect(clock.now()).toBe(START + 10);
  });

  it('rejects an aborted sleep with the reason, and counts the call as working again', async () => {
    const abort = new AbortController();
    const call = clock.calling('call', (headers) =>
      clock.serving(headers, () => clock.sleep(1_000, abort.signal)),
    );
    abort.abort(new Error('cancelled'));

    await expect(call).rejects.toThrow('cancelled');
    await clock.settled();
    expect(clock.now()).toBe(START);
  });

  it('advances by exactly the amount, and calls every alarm on the way', async () => {
    const fired: number[] = [];
    const again = (): void => {
      fired.push(clock.now() - START);
      clock.after(400, again);
    };
    clock.schedule(START + 400, again);

    await clock.advance(1_000);

    expect(fired).toEqual([400, 800]);
    expect(clock.now()).toBe(START + 1_000);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('does not advance by %d', async (ms) => {
    await expect(clock.advance(ms)).rejects.toThrow(`whole milliseconds, 0 or more; got ${ms}`);
    expect(clock.now()).toBe(START);
  });

  it('shows whole milliseconds, and calls an alarm between two of them at the later one', async () => {
    let woken = 0;
    void clock.sleep(1.2).then(() => (woken = clock.now()));

    await clock.pass(() => woken > 0);

    expect(woken).toBe(START + 2);
  });

  it('rejects pending and later sleeps once it has ended', async () => {
    const call = clock.calling('call', (headers) => clock.serving(headers, () => clock.sleep(1_000)));

    clock.end();

    await expect(call).rejects.toThrow('The virtual clock has ended.');
    await expect(clock.sleep(1)).rejects.toThrow('The virtual clock has ended.');
  });
});
