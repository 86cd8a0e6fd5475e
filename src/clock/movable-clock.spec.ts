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

  /** Notes when something fires, in milliseconds of the clock's time since the start. */
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

  it('is moved by exactly the amount, and stops at all that comes due on the way, in order', async () => {
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

  it('goes on at the pace of the machine after a move: a timer has only the rest left', async () => {
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

  it('is moved to the next thing due, whatever kind of work it is, and not at all without one', async () => {
    const fired = noting();
    clock.after(30 * SECOND, fired.note, 'background');
    expect(clock.nextDue()).toBeUndefined();
    await expect(clock.moveToNext()).resolves.toBe(0);

    clock.schedule(start + 60 * SECOND, fired.note, 'tick');
    expect(clock.nextDue()).toBe(start + 60 * SECOND);
    await expect(clock.moveToNext()).resolves.toBe(60 * SECOND);

    expect(fired.at).toEqual([60 * SECOND]);
  });

  it("leaves background timers to the machine's time: they wait for other processes", async () => {
    const fired = noting();
    clock.after(5 * SECOND, fired.note, 'background');
    clock.schedule(start + 6 * SECOND, fired.note, 'background');

    await clock.move(HOUR);
    machine.run(4 * SECOND);
    expect(fired.at).toEqual([]);
    machine.run(2 * SECOND);

    expect(fired.at).toEqual([HOUR + 5 * SECOND, HOUR + 6 * SECOND]);
  });

  it('fires nothing that was cancelled, also by another timer of the same moment', async () => {
    const fired = noting();
    clock.after(SECOND, fired.note)();
    clock.after(SECOND, () => cancel());
    const cancel = clock.after(SECOND, fired.note);

    await clock.move(HOUR);
    machine.run(HOUR);

    expect(fired.at).toEqual([]);
  });

  it('waits for what holds it, before every stop', async () => {
    const fired = noting();
    clock.after(SECOND, () => {
      const release = clock.hold('work that the first timer began');
      setImmediate(() => {
        clock.after(SECOND, fired.note);
        release();
      });
    });

    await clock.move(HOUR);

    expect(fired.at).toEqual([2 * SECOND]);
  });

  it('says what holds it for too long, and how far it has come', async () => {
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

  it('stops a move that nobody waits for any more', async () => {
    const release = clock.hold('a request');
    const abandoned = new AbortController();
    const moved = clock.move(HOUR, abandoned.signal);
    const refused = moved.catch((error: unknown) => error);
    abandoned.abort(new Error('nobody waits'));
    expect(await refused).toMatchObject({ message: 'nobody waits' });
    release();

    expect(clock.now()).toBe(start);
  });

  it('keeps what durations have left when the wall clock is set, or an earlier set-back restored', async () => {
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
  it('tells clocks that can be moved from the one of the machine', () => {
    expect(isMovable(new MovableClock())).toBe(true);
    expect(isMovable(new VirtualClock())).toBe(true);
    expect(isMovable(new SystemClock())).toBe(false);
  });
});
