import { setImmediate as nextTurn } from 'node:timers/promises';
import { FunctionScheduler } from '../starts/function-scheduler.js';
import { JobRunner } from '../jobs/job-runner.js';
import { failure } from '../protocol/answer.js';
import { Database } from '../store/database.js';
import { CallQueue } from '../queue/call-queue.js';
import { QueueStore } from '../store/queue.store.js';
import { TimerStore } from '../store/timer.store.js';
import { Timers } from '../timers/timers.js';
import { TurnWork } from '../timers/turn-work.js';
import { completed, ops, planned, ran, sleeps } from '../testing/answers.js';
import { BareEngine, START, type FunctionConfig } from '../testing/bare-engine.js';
import { Dispatcher } from './dispatcher.js';
import { RunExecutor } from './run-executor.js';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;

describe('The dispatcher', () => {
  let engine: BareEngine;

  const start = async (config: Partial<FunctionConfig> = {}): Promise<void> => {
    engine = await BareEngine.start({ id: 'fn', triggers: [{ event: 'go' }], ...config });
  };

  afterEach(async () => {
    jest.restoreAllMocks();
    await engine.close();
  });

  const status = (eventId: string): string | undefined => engine.runsOf(eventId)[0]?.status;
  /** Sends an event and lets the dispatcher do what is due. */
  const send = async (data = {}): Promise<string> => {
    const id = await engine.send({ name: 'go', data });
    await engine.clock.settled();
    return id;
  };

  it('delivers an event, calls the function and applies its answer', async () => {
    await start();
    await engine.dispatch();
    engine.app = () => completed('done');
    const id = await send();

    expect(engine.runsOf(id)).toMatchObject([{ status: 'COMPLETED', output: '"done"' }]);
    expect(engine.calls).toHaveLength(1);
  });

  it('goes on with what is stored when it starts', async () => {
    await start();
    const id = await engine.send({ name: 'go' });
    expect(status(id)).toBeUndefined();

    await engine.dispatch();
    expect(status(id)).toBe('COMPLETED');
  });

  it('makes a call for each planned step, then calls the function with their results', async () => {
    await start();
    await engine.dispatch();
    engine.app = ({ headers, body }) => {
      const step = headers['x-inngest-step-id']!;
      if (step !== 'step') return ops(ran(step, step));
      return Object.keys(body.steps).length === 2
        ? completed(body.steps)
        : { ...ops(planned('a'), planned('b')), version: 2 };
    };
    const id = await send();

    expect(JSON.parse(engine.runsOf(id)[0]!.output!)).toEqual({ a: { data: 'a' }, b: { data: 'b' } });
    expect(engine.calls).toHaveLength(4);
  });

  describe('wakes for what is due later:', () => {
    const scenarios: Record<string, () => Promise<void>> = {
      'a timer by the steady time': async () => {
        await start();
        engine.app = ({ body }) =>
          body.ctx.stack.stack.length > 0 ? completed(null) : ops(sleeps('nap', '1h'));
      },
      'a timer by the wall clock': async () => {
        await start();
        const date = new Date(START + HOUR).toISOString();
        engine.app = ({ body }) =>
          body.ctx.stack.stack.length > 0 ? completed(null) : ops(sleeps('nap', date));
      },
      'a delayed call': async () => {
        await start();
        engine.app = ({ body }) =>
          body.ctx.attempt > 0
            ? completed(null)
            : { ...failure('no'), retryAfter: { seconds: HOUR / SECOND } };
      },
      'a throttle that opens': async () => {
        await start({ throttle: { limit: 1, period: '1h' } });
        await engine.send({ name: 'go' });
      },
      'an event that could not be delivered': async () => {
        await start();
        // The server tries the delivery in the transaction that stores the event, in the next pass, and in a separate
        // transaction.
        for (let time = 0; time < 3; time++) {
          jest.spyOn(engine.get(FunctionScheduler), 'schedule').mockImplementationOnce(() => {
            throw new Error('a bug');
          });
        }
      },
    };

    it.each(Object.keys(scenarios))('%s', async (name) => {
      await scenarios[name]!();
      await engine.dispatch();
      const id = await send();
      expect(status(id)).not.toBe('COMPLETED');

      await engine.clock.pass(() => status(id) === 'COMPLETED');
      const waited = engine.clock.now() - START;
      expect(waited).toBe(name.startsWith('an event') ? SECOND : HOUR);
    });
  });

  it('makes as many calls at once as there are workers, and the next when one ends', async () => {
    await start();
    await engine.dispatch();
    const ends: (() => void)[] = [];
    engine.app = () =>
      new Promise((resolve) => {
        const release = engine.clock.after(HOUR, () => undefined);
        ends.push(() => {
          release();
          resolve(completed(null));
        });
      });
    for (let run = 0; run < 102; run++) void engine.send({ name: 'go' });
    await turns(() => ends.length >= 100);
    expect(ends).toHaveLength(100);

    ends[0]!();
    await turns(() => ends.length >= 101);
    expect(ends).toHaveLength(101);
    for (let end = 0; end < 102; end++) {
      await turns(() => ends.length > end);
      ends[end]!();
    }
  });

  it('does a job, piece by piece', async () => {
    await start();
    await engine.dispatch();
    const pieces: string[] = [];
    const jobs = engine.get(JobRunner);
    jobs.on('count', ({ cursor }) => {
      pieces.push(cursor);
      return { cursor: pieces.length < 3 ? String(pieces.length) : undefined, done: 1 };
    });
    engine.transaction(() => jobs.add({ kind: 'count', subject: 'all', payload: null, total: 3 }));
    await engine.clock.settled();

    expect(pieces).toEqual(['', '1', '2']);
  });

  it('makes the calls of a new event after a job that is due, although it could make them with the event', async () => {
    await start();
    await engine.dispatch();
    const order: string[] = [];
    engine.app = () => {
      order.push('call');
      return completed(null);
    };
    const jobs = engine.get(JobRunner);
    jobs.on('count', ({ cursor }) => {
      order.push('piece');
      return { cursor: cursor === '' ? 'last' : undefined, done: 1 };
    });
    const sent = engine.send({ name: 'go' });
    engine.transaction(() => jobs.add({ kind: 'count', subject: 'all', payload: null, total: 2 }));
    await sent;
    await engine.clock.settled();

    expect(order).toEqual(['piece', 'piece', 'call']);
  });

  it('keeps track of a call that is made again at once, because its answer asked for that', async () => {
    await start();
    await engine.dispatch();
    let release: (() => void) | undefined;
    engine.app = ({ body }) =>
      body.ctx.attempt === 0
        ? { ...failure('again'), retryAfter: { seconds: 0 } }
        : new Promise((resolve) => (release = () => resolve(completed(null))));
    const id = await engine.send({ name: 'go' });
    await turns(() => engine.calls.length === 2);
    for (let turn = 0; turn < 10; turn++) await nextTurn();

    // It waits for the calls that it knows.
    const isStopped = jest.fn();
    void engine.get(Dispatcher).drain(HOUR).then(isStopped);
    for (let turn = 0; turn < 10; turn++) await nextTurn();
    expect(isStopped).not.toHaveBeenCalled();
    release!();
    await turns(() => isStopped.mock.calls.length > 0);
    await engine.clock.settled();
    expect([status(id), engine.calls.length]).toEqual(['COMPLETED', 2]);
  });

  it('rests when a time at which calls were held back is over and no call is left', async () => {
    await start();
    await engine.dispatch();
    const looks = jest.spyOn(engine.get(TimerStore), 'isAnyDue');
    jest.spyOn(engine.get(CallQueue), 'heldUntil', 'get').mockReturnValue(START - SECOND);
    const id = await engine.send({ name: 'go' });
    for (let turns = 0; turns < 100; turns++) await nextTurn();

    expect(status(id)).toBe('COMPLETED');
    expect(looks.mock.calls.length).toBeLessThan(10);
  });

  it('makes no new call once it is told to stop', async () => {
    await start();
    await engine.dispatch();
    await engine.get(Dispatcher).drain(0);
    const id = await send();

    expect([status(id), engine.calls]).toEqual([undefined, []]);
  });

  describe('when a part of a pass fails', () => {
    beforeEach(() => start());

    it('does each part again by itself, so that only the one that fails is put off', async () => {
      const handler = jest.fn(() => {
        throw new Error('a bug');
      });
      const timers = engine.get(Timers);
      timers.on('bug', handler);
      timers.set({ id: 'bug', kind: 'bug', at: START, scale: 'steady', runId: null, payload: null });
      const id = await engine.send({ name: 'go' });
      await engine.dispatch();

      expect(handler).toHaveBeenCalledTimes(2);
      expect(status(id)).toBe('COMPLETED');
      expect(engine.timeTo('bug')).toBe(SECOND);
    });

    it('calls the app once for a call that was taken in the transaction that failed', async () => {
      const executor = engine.get(RunExecutor);
      const prepare = executor.prepare.bind(executor);
      jest.spyOn(executor, 'prepare').mockImplementation((item) => {
        if (engine.runsOf(bad)[0]?.id === item.runId) throw new Error('a bug');
        return prepare(item);
      });
      const good = await engine.send({ name: 'go' });
      const bad = await engine.send({ name: 'go' });
      await engine.dispatch();

      expect([status(good), status(bad)]).toEqual(['COMPLETED', 'QUEUED']);
      expect(engine.calls).toHaveLength(1);
      expect(engine.queued(engine.runsOf(bad)[0]!.id)).toMatchObject([{ state: 'delayed' }]);
    });

    it('makes the calls that it has taken, though the pass fails after that', async () => {
      const db = engine.get(Database);
      const items = engine.get(QueueStore);
      await engine.dispatch();
      let isOver = false;
      // The dispatcher reads this when it sets its alarms, after it has taken the calls.
      const nextReady = items.nextReady.bind(items);
      jest.spyOn(items, 'nextReady').mockImplementation(() => {
        if (!db.inTransaction && items.runningCount() > 0 && !isOver) {
          isOver = true;
          throw new Error('a bug');
        }
        return nextReady();
      });
      const id = await send();

      expect([isOver, status(id), engine.calls.length]).toEqual([true, 'COMPLETED', 1]);
    });

    it('tries again after a while if no part could be done', async () => {
      jest.spyOn(engine.get(TurnWork), 'doSome').mockImplementationOnce(fail).mockImplementationOnce(fail);
      const id = await engine.send({ name: 'go' });
      await engine.dispatch();
      expect(status(id)).toBeUndefined();

      await engine.clock.pass(() => status(id) === 'COMPLETED');
      expect(engine.clock.now() - START).toBe(250);
    });
  });

  it('looks for calls that nobody makes, and makes them again', async () => {
    await start();
    const { runId } = await engine.begin({ name: 'go' });
    await engine.dispatch();
    // As at a start, the dispatcher makes calls again that are marked as running.
    expect([engine.run(runId).status, engine.calls.length]).toEqual(['COMPLETED', 1]);

    jest.spyOn(engine.get(RunExecutor), 'execute').mockResolvedValueOnce();
    await engine.send({ name: 'go' });
    await engine.clock.settled();
    expect(engine.calls).toHaveLength(1);
    await engine.clock.advance(30 * SECOND);
    expect(engine.calls).toHaveLength(2);
  });
});

function fail(): never {
  throw new Error('a bug');
}

/** Lets event loop turns pass until `until` returns true, at most 10,000. */
async function turns(until: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !until(); turn++) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
