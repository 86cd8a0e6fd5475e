import { FakeMachine } from '../../test/support/fake-machine.js';
import { SystemClock } from './system-clock.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** While an alarm is set, the clock is read at least this often. */
const READ = 10 * SECOND;

describe('SystemClock', () => {
  let machine: FakeMachine;
  let clock: SystemClock;
  let start: number;

  beforeEach(() => {
    machine = new FakeMachine();
    clock = machine.clock();
    start = machine.time;
  });

  /** `at` collects when `fn` is called, in milliseconds of the time that `pass` has let pass. */
  const firings = (set: (fn: () => void) => void): { at: number[]; pass: (ms: number) => void } => {
    const at: number[] = [];
    let passed = 0;
    set(() => at.push(passed));
    const pass = (ms: number): void => {
      for (let left = ms; left > 0; left -= 500) {
        const step = Math.min(500, left);
        passed += step;
        machine.run(step);
      }
    };
    return { at, pass };
  };

  describe('without a jump', () => {
    it('shows the wall clock on both scales', () => {
      machine.run(5 * SECOND);

      expect(clock.now()).toBe(start + 5 * SECOND);
      expect(clock.steady()).toBe(start + 5 * SECOND);
      expect(clock.setBack).toBe(0);
    });

    it('calls alarms for a duration and a date once, at their time, even 40 days ahead', () => {
      const duration = firings((fn) => clock.after(40 * DAY, fn));
      let dates = 0;
      clock.schedule(start + 40 * DAY, () => dates++);

      machine.run(40 * DAY - 1);
      expect([duration.at.length, dates]).toEqual([0, 0]);
      machine.run(1);
      expect([duration.at.length, dates]).toEqual([1, 1]);
      machine.run(DAY);
      expect([duration.at.length, dates]).toEqual([1, 1]);
    });

    it('does not call an alarm that was cancelled, before or after a reading of the clock', () => {
      let called = 0;
      const first = clock.after(MINUTE, () => called++);
      const second = clock.schedule(start + MINUTE, () => called++);
      first();
      machine.run(MINUTE / 2);
      second();
      machine.run(MINUTE);

      expect(called).toBe(0);
    });

    it("is not early when Node's timer is", () => {
      let wall = start;
      let wake: () => void = () => undefined;
      const early = new SystemClock({
        wall: () => wall,
        monotonic: () => wall,
        timer: (fn) => {
          wake = fn;
          return () => undefined;
        },
      });
      let called = false;
      early.after(100, () => (called = true));

      wall += 99;
      wake();
      expect(called).toBe(false);
      wall += 1;
      wake();
      expect(called).toBe(true);
    });

    it('does not take many small corrections of the wall clock for jumps', () => {
      const jumps: number[] = [];
      clock.onJump((ms) => jumps.push(ms));
      for (let i = 0; i < 100; i++) {
        machine.run(READ);
        machine.setWallClock(-900);
        clock.now();
      }

      expect(clock.setBack).toBe(0);
      expect(clock.steady()).toBe(machine.time);
      expect(jumps).toEqual([]);
    });
  });

  describe('when the wall clock is set forward, or the machine was suspended', () => {
    it.each([
      ['set forward', (ms: number) => machine.setWallClock(ms)],
      ['suspended', (ms: number) => machine.suspend(ms)],
    ])('%s by a day: calls each alarm that is due by then once, within 10 s', (_how, jump) => {
      const duration = firings((fn) => clock.after(20 * HOUR, fn));
      let dates = 0;
      clock.schedule(start + 23 * HOUR, () => dates++);
      let later = 0;
      clock.after(25 * HOUR, () => later++);
      duration.pass(3 * SECOND);

      jump(DAY);
      duration.pass(READ);

      expect(duration.at).toHaveLength(1);
      expect(dates).toBe(1);
      expect(later).toBe(0);
      expect(clock.steady()).toBe(machine.time);
      duration.pass(HOUR);
      expect([duration.at.length, dates, later]).toEqual([1, 1, 1]);
    });
  });

  describe('when the wall clock is put back by an hour', () => {
    beforeEach(() => machine.run(MINUTE));

    const putBack = (): void => machine.setWallClock(-HOUR);

    it('keeps the steady time going', () => {
      const before = clock.steady();
      putBack();

      expect(clock.steady()).toBe(before);
      expect(clock.now()).toBe(before - HOUR);
      expect(clock.setBack).toBe(HOUR);
      machine.run(MINUTE);
      expect(clock.steady()).toBe(before + MINUTE);
    });

    it('ends a duration when it would have ended without the jump', async () => {
      const duration = firings((fn) => clock.after(45 * SECOND, fn));
      let woken = false;
      const sleep = clock.sleep(45 * SECOND).then(() => (woken = true));
      duration.pass(5 * SECOND);

      putBack();
      duration.pass(39 * SECOND);
      expect(duration.at).toEqual([]);
      duration.pass(SECOND);

      expect(duration.at).toEqual([45 * SECOND]);
      await sleep;
      expect(woken).toBe(true);
    });

    it('calls an alarm for a date only when the wall clock shows that date', () => {
      const date = firings((fn) => clock.schedule(clock.now() + MINUTE, fn));

      putBack();
      date.pass(HOUR);
      expect(date.at).toEqual([]);
      date.pass(MINUTE);

      expect(date.at).toEqual([HOUR + MINUTE]);
    });

    it('has no set-back any more when the wall clock is put right, and moves forward by what lies beyond', () => {
      const before = clock.steady();
      putBack();
      clock.now();
      machine.setWallClock(HOUR / 2);
      expect(clock.steady()).toBe(before);
      expect(clock.setBack).toBe(HOUR / 2);

      machine.setWallClock(HOUR);

      expect(clock.setBack).toBe(0);
      expect(clock.steady()).toBe(before + HOUR / 2);
      expect(clock.steady()).toBe(machine.time);
    });

    it('adds up two set-backs', () => {
      putBack();
      clock.now();
      putBack();

      expect(clock.setBack).toBe(2 * HOUR);
    });
  });

  describe('listeners', () => {
    it('are called for jumps either way, after the reading that noticed them, until they are removed', async () => {
      const heard: number[] = [];
      const release = clock.onJump((ms) => heard.push(ms));
      machine.setWallClock(-HOUR);
      clock.now();
      expect(heard).toEqual([]);
      await Promise.resolve();
      machine.setWallClock(2 * HOUR);
      clock.steady();
      await Promise.resolve();
      expect(heard).toEqual([-HOUR, 2 * HOUR]);

      release();
      machine.setWallClock(HOUR);
      clock.now();
      await Promise.resolve();

      expect(heard).toHaveLength(2);
    });

    it('are called within 10 s while an alarm is set, though no code reads the clock', async () => {
      const heard: number[] = [];
      clock.onJump((ms) => heard.push(ms));
      clock.after(DAY, () => undefined);
      machine.run(SECOND);
      machine.setWallClock(-HOUR);

      machine.run(READ);
      await Promise.resolve();

      expect(heard).toEqual([-HOUR]);
    });
  });

  describe('the set-back of an earlier process', () => {
    it('is the start value of the option', () => {
      expect(machine.clock(HOUR).steady()).toBe(start + HOUR);
    });

    it('is restored without ending the alarms for durations', () => {
      const duration = firings((fn) => clock.after(MINUTE, fn));
      duration.pass(SECOND);

      clock.restoreSetBack(HOUR);

      expect(clock.steady()).toBe(machine.time + HOUR);
      duration.pass(MINUTE - 2 * SECOND);
      expect(duration.at).toEqual([]);
      duration.pass(SECOND);
      expect(duration.at).toEqual([MINUTE]);
    });
  });

  it('does not take it for a jump when the process is suspended between the two readings', () => {
    let wall = start;
    let isStopped = false;
    const stopped = new SystemClock({
      wall: () => wall,
      monotonic: () => {
        if (isStopped) wall += MINUTE;
        isStopped = false;
        return wall;
      },
    });

    isStopped = true;
    stopped.now();

    expect(stopped.setBack).toBe(0);
    expect(stopped.now()).toBe(start + MINUTE);
  });

  it("sleeps on the machine's real clock", async () => {
    const real = new SystemClock();
    const before = real.steady();
    await real.sleep(20);

    expect(real.steady() - before).toBeGreaterThanOrEqual(20);
  });
});
