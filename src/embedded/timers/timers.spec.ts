import { SetAside } from '../faults/set-aside.js';
import { BareEngine } from '../testing/bare-engine.js';
import { Timers } from './timers.js';

const SECOND = 1_000;

describe('A timer', () => {
  let engine: BareEngine;
  let timers: Timers;
  let fired: string[];

  beforeEach(async () => {
    engine = await BareEngine.start();
    timers = engine.get(Timers);
    fired = [];
    timers.on('note', ({ id }) => void fired.push(id));
  });

  afterEach(() => engine.close());

  /** @param inMs milliseconds from now */
  const set = (id: string, inMs: number, more: { kind?: string; scale?: 'wall' | 'steady' } = {}): void =>
    timers.set({
      id,
      kind: 'note',
      at: engine.clock.now() + inMs,
      scale: 'steady',
      runId: null,
      payload: null,
      ...more,
    });

  it.each(['wall', 'steady'] as const)('fires once, when its moment has come (%s time)', async (scale) => {
    set('a', SECOND, { scale });
    await engine.advance(SECOND - 1);
    expect(fired).toEqual([]);

    await engine.advance(1);
    await engine.advance(SECOND);
    expect(fired).toEqual(['a']);
  });

  it('fires in the order of its moment, whatever it is measured by', async () => {
    set('third', 3, { scale: 'wall' });
    set('second', 2);
    set('first', 1, { scale: 'wall' });
    await engine.advance(SECOND);

    expect(fired).toEqual(['first', 'second', 'third']);
  });

  it('moves when one of the same id is set', async () => {
    set('a', 1);
    set('a', SECOND);
    await engine.advance(SECOND - 1);

    expect(fired).toEqual([]);
  });

  it('does not fire when an earlier one of the same turn has removed or moved it', async () => {
    timers.on('change', () => {
      timers.remove('removed');
      set('moved', SECOND);
    });
    set('change', 1, { kind: 'change' });
    set('removed', 2);
    set('moved', 2);
    await engine.advance(2);
    expect(fired).toEqual([]);

    await engine.advance(SECOND);
    expect(fired).toEqual(['moved']);
  });

  it('that a handler sets for now fires in the next turn', async () => {
    timers.on('chain', () => set('next', 0));
    set('chain', 1, { kind: 'chain' });
    await engine.advance(1);
    engine.turn();

    expect(fired).toEqual(['next']);
  });

  describe('whose handler fails', () => {
    let tries: number[];

    beforeEach(() => {
      tries = [];
      timers.on('bug', () => {
        tries.push(engine.clock.now());
        set('by the bug', 0);
        throw new Error('a bug');
      });
      set('a', 0, { kind: 'bug' });
    });

    it('changes nothing, and others fire', () => {
      set('b', 0);
      engine.turn();

      expect([tries.length, fired]).toEqual([1, ['b']]);
    });

    it('is tried again after 1, 2, 4 s and so on, and set aside after eight failures', async () => {
      for (let second = 0; second < 200; second++) await engine.advance(SECOND);

      const pauses = tries.slice(1).map((at, index) => (at - tries[index]!) / SECOND);
      expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60]);
      expect(engine.get(SetAside).list()).toMatchObject([{ kind: 'timer', id: 'a', error: 'Error: a bug' }]);
    });
  });

  it('of a kind that nobody handles is not lost', () => {
    set('a', 0, { kind: 'unknown' });
    engine.turn();

    expect(engine.timeTo('a')).toBe(SECOND);
  });
});
