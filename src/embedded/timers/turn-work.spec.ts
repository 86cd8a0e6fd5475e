import { VirtualClock } from '../../clock/index.js';
import type { Turn } from '../../common/turn.js';
import { StoreUnavailableError } from '../store/store-unavailable.error.js';
import { TurnWork } from './turn-work.js';

const startTurn = (): Turn => ({ isOver: false }) as Turn;

describe('The work of a turn', () => {
  let clock: VirtualClock;
  let work: TurnWork;
  let logged: jest.SpyInstance;
  const good = jest.fn(() => false);
  const bad = jest.fn((): boolean => {
    throw new Error('a bug');
  });

  beforeEach(() => {
    jest.clearAllMocks();
    clock = new VirtualClock();
    work = new TurnWork(clock);
    logged = jest.spyOn(work['logger'], 'error').mockImplementation(() => undefined);
  });

  afterEach(() => jest.restoreAllMocks());

  it('returns whether there may be more, and whether calls must wait for it', () => {
    work.add('timers', () => false);
    work.addBackground('jobs', () => true);

    expect(work.doSome(startTurn)).toEqual({ beforeCalls: false, any: true });
    expect(work.doBeforeCalls(startTurn)).toBe(false);
  });

  it('gives each kind a turn to itself, though another has more to do', () => {
    const turns: Turn[] = [];
    const piece = (turn: Turn): boolean => turns.push(turn) > 0;
    work.add('timers', piece);
    work.add('deliveries', piece);
    work.addBackground('jobs', piece);
    work.doSome(startTurn);

    expect(new Set(turns).size).toBe(3);
  });

  it('continues when one kind fails, and tries that kind again after a second', async () => {
    work.add('timers', bad);
    work.add('deliveries', good);

    work.doSome(startTurn);
    work.doSome(startTurn);
    expect([bad.mock.calls.length, good.mock.calls.length]).toEqual([1, 2]);
    expect(work.pausedUntil).toBe(clock.steady() + 1_000);

    await clock.advance(1_000);
    work.doSome(startTurn);
    expect(bad).toHaveBeenCalledTimes(2);
    expect(work.pausedUntil).toBe(clock.steady() + 2_000);
  });

  it('tries a kind again without end, and logs its failure once', async () => {
    work.add('timers', bad);
    for (let minutes = 0; minutes < 20; minutes++) {
      work.doSome(startTurn);
      await clock.advance(60_000);
    }

    expect(bad).toHaveBeenCalledTimes(20);
    expect(logged).toHaveBeenCalledTimes(1);
  });

  it('counts failures from 0 again after a kind has succeeded', async () => {
    let fails = true;
    work.add('timers', () => fails && bad());
    work.doSome(startTurn);
    await clock.advance(1_000);
    fails = false;
    work.doSome(startTurn);
    fails = true;
    work.doSome(startTurn);

    expect(work.pausedUntil).toBe(clock.steady() + 1_000);
  });

  it('throws if the work is a part of one transaction, or the data file is unavailable', () => {
    work.add('timers', bad);
    expect(() => work.doSome(startTurn, true)).toThrow('a bug');
    expect(work.pausedUntil).toBeUndefined();

    const unavailable = new TurnWork(clock);
    unavailable.add('timers', () => {
      throw new StoreUnavailableError('busy', new Error('database is locked'));
    });
    expect(() => unavailable.doSome(startTurn)).toThrow(StoreUnavailableError);
  });
});
