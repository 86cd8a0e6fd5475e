import { Logger } from '@nestjs/common';
import { VirtualClock } from '../../clock/index.js';
import { StoreUnavailableError } from '../store/store-unavailable.error.js';
import { TurnWork } from './turn-work.js';
import { Turn } from './turn.js';

describe('TurnWork', () => {
  const startTurn = (): Turn => new Turn();
  let clock: VirtualClock;
  let work: TurnWork;
  let logged: string[];

  beforeEach(() => {
    clock = new VirtualClock();
    work = new TurnWork(clock);
    logged = [];
    jest.spyOn(Logger.prototype, 'error').mockImplementation((line: string) => void logged.push(line));
  });

  afterEach(() => jest.restoreAllMocks());

  it('gives each kind a turn of its own, and says what is left', () => {
    const turns: Turn[] = [];
    const note = (hasMore: boolean) => (turn: Turn) => {
      turns.push(turn);
      return hasMore;
    };
    work.add('timers', note(false));
    work.addBackground('jobs', note(true));

    expect(work.doSome(startTurn)).toEqual({ beforeCalls: false, any: true });
    expect(new Set(turns).size).toBe(2);
  });

  it('lets a kind rest after an error, longer each time, while the others go on', async () => {
    let isBroken = true;
    const broken = jest.fn(() => {
      if (isBroken) throw new Error('a bug');
      return false;
    });
    const good = jest.fn(() => false);
    work.add('timers', broken);
    work.add('events', good);

    work.doSome(startTurn);
    work.doSome(startTurn);
    expect([broken.mock.calls.length, good.mock.calls.length]).toEqual([1, 2]);
    expect(work.next()).toBe(clock.steady() + 250);

    await clock.advance(250);
    work.doSome(startTurn);
    expect(broken).toHaveBeenCalledTimes(2);
    expect(work.next()).toBe(clock.steady() + 500);
    expect(logged).toEqual([
      'The timers could not be worked on; tried again in 250 ms.',
      'The timers could not be worked on; tried again in 500 ms.',
    ]);

    isBroken = false;
    await clock.advance(500);
    work.doSome(startTurn);
    expect(work.next()).toBeUndefined();
  });

  it('leaves an unavailable data file to the dispatcher', () => {
    const busy = new StoreUnavailableError('busy', new Error('locked'));
    work.add('timers', () => {
      throw busy;
    });

    expect(() => work.doSome(startTurn)).toThrow(busy);
    expect(work.next()).toBeUndefined();
  });
});
