import { FakeMachine } from '../../test/support/fake-machine.js';
import { ClockHeldError, MovableClock, SystemClock, VirtualClock, isMovable } from './index.js';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;

describe('MovableClock', () => {
  let machine: FakeMachine;
  let clock: MovableClock;
  let start: number;

  beforeEach(() => {
    machine = new FakeMachine();
    clock = new MovableClock(machine.clock());
    start = machine.time;
  });

  /** `note` records when it is called, in milliseconds of the clock's time since the start. */
  const noting = (): { at: number[]; note: () => void } => {
    const at: number[] = [];
    return { at, note: () => at.push(clock.now() - start) };
  };

  it("runs at the machine's pace", () => {
    const fired = noting();
    clock.after(2 * SECOND, fired.note);
    clock.schedule(start + 3 * SECOND, fired.note);

    machine.run(SECOND);
    expect(clock.now() - start).toBe(SECOND);
    machine.run(2 * SECOND);

    expect(fired.at).toEqual([2 * SECOND, 3 * SECOND]);
  });

  it('moves by exactly the amount, and stops at every alarm on the way, in order', async () => {
    const fired = noting();
    clock.after(40 * SECOND, () => {
      fired.note();
      clock.after(5 * SECOND, fired.note, 'tick');
    });
    clock.schedule(start + 20 * SECOND, fired.note);
    clock.after(2 * HOUR, fired.note);

    await expect(clock.move(HOUR)).resolves.toBe(HOUR);

    expect(fired.at).toEqual([20 * SECOND, 40 * SECOND, 45 * SECOND]);
    expect(clock.now() - start).toBe(HOUR);
    expect(clock.steady() - start).toBe(HOUR);
  });

  it("runs at the machine's pace again after a move: an alarm has only its remaining time left", async () => {
    const fired = noting();
    clock.after(HOUR, fired.note);
    clock.schedule(start + HOUR + SECOND, fired.note);
    await clock.move(HOUR - 3 * SECOND);
    expect(fired.at).toEqual([]);

    machine.run(3 * SECOND);
    expect(fired.at).toEqual([HOUR]);
    machine.run(SECOND);

    expect(fired.at).toEqual([HOUR, HOUR + SECOND]);
  });

  it('moves to the next due or tick alarm, and does not move when there is none', async () => {
    const fired = noting();
    clock.after(30 * SECOND, fired.note, 'background');
    expect(clock.nextDue()).toBeUndefined();
    await expect(clock.moveToNext()).resolves.toBe(0);

    clock.schedule(start + 60 * SECOND, fired.note, 'tick');
    expect(clock.nextDue()).toBe(start + 60 * SECOND);
    await expect(clock.moveToNext()).resolves.toBe(60 * SECOND);

    expect(fired.at).toEqual([60 * SECOND]);
  });

  it("keeps background alarms on the machine's time", async () => {
    const fired = noting();
    clock.after(5 * SECOND, fired.note, 'background');
    clock.schedule(start + 6 * SECOND, fired.note, 'background');

    await clock.move(HOUR);
    machine.run(4 * SECOND);
    expect(fired.at).toEqual([]);
    machine.run(2 * SECOND);

    expect(fired.at).toEqual([HOUR + 5 * SECOND, HOUR + 6 * SECOND]);
  });

  it('calls no cancelled alarm, also when another alarm of the same time cancels it', async () => {
    const fired = noting();
    clock.after(SECOND, fired.note)();
    clock.after(SECOND, () => cancel());
    const cancel = clock.after(SECOND, fired.note);

    await clock.move(HOUR);
    machine.run(HOUR);

    expect(fired.at).toEqual([]);
  });

  it('waits before every stop until nothing holds the clock', async () => {
    const fired = noting();
    clock.after(SECOND, () => {
      const release = clock.hold('work that the first alarm began');
      setImmediate(() => {
        clock.after(SECOND, fired.note);
        release();
      });
    });

    await clock.move(HOUR);

    expect(fired.at).toEqual([2 * SECOND]);
  });

  it('rejects with what holds the clock for too long, and how far it has moved', async () => {
    let answer: () => void = () => undefined;
    clock.after(SECOND, () => {
      void clock.calling('call of an app', () => new Promise<void>((resolve) => (answer = resolve)));
    });
    clock.after(2 * SECOND, () => undefined);
    const moved = clock.move(HOUR);
    const refused = moved.catch((error: unknown) => error);
    while (clock.heldBy().length === 0) await new Promise((resolve) => setImmediate(resolve));
    await new Promise((resolve) => setImmediate(resolve));

    machine.run(10 * SECOND);
    expect(await refused).toBeInstanceOf(ClockHeldError);
    expect(await refused).toMatchObject({ heldBy: ['call of an app'], movedBy: SECOND });

    answer();
    await expect(clock.move(SECOND)).resolves.toBe(SECOND);
  });

  it('stops a move when its signal is aborted', async () => {
    const release = clock.hold('a request');
    const abandoned = new AbortController();
    const moved = clock.move(HOUR, abandoned.signal);
    const refused = moved.catch((error: unknown) => error);
    abandoned.abort(new Error('nobody waits'));
    expect(await refused).toMatchObject({ message: 'nobody waits' });
    release();

    expect(clock.now()).toBe(start);
  });

  it('keeps the remaining time of durations when the wall clock is set or an earlier set-back is restored', async () => {
    const fired = noting();
    clock.restoreSetBack(HOUR);
    clock.after(10 * SECOND, fired.note);
    clock.restoreSetBack(0);
    machine.setWallClock(-2 * HOUR);

    await clock.move(9 * SECOND);
    expect(fired.at).toEqual([]);
    machine.run(SECOND);

    expect(fired.at).toHaveLength(1);
  });
});

describe('isMovable', () => {
  it('is true for the movable and the virtual clock, and false for the system clock', () => {
    expect(isMovable(new MovableClock())).toBe(true);
    expect(isMovable(new VirtualClock())).toBe(true);
    expect(isMovable(new SystemClock())).toBe(false);
  });
});
