import { SetAside } from '../faults/set-aside.js';
import type { Op } from '../protocol/ops.js';
import { EventStore } from '../store/event.store.js';
import { OutboxStore } from '../store/outbox.store.js';
import { ops } from '../testing/answers.js';
import { BareEngine, START } from '../testing/bare-engine.js';
import { EventDelivery } from './event-delivery.js';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;

describe('The delivery of an event', () => {
  let engine: BareEngine;

  beforeEach(async () => {
    engine = await BareEngine.start(
      { id: 'a', triggers: [{ event: 'go' }] },
      { id: 'b', triggers: [{ event: 'go', expression: 'event.data.n > 1' }] },
      { id: 'c', triggers: [{ event: 'g/*' }, { event: 'go' }] },
      {
        id: 'cancelled',
        triggers: [{ event: 'job' }],
        cancel: [{ event: 'stop', if: 'event.data.user == async.data.user' }],
      },
    );
  });

  afterEach(() => engine.close());

  const startedBy = (eventId: string): string[] =>
    engine
      .runsOf(eventId)
      .map(({ functionId }) => functionId)
      .toSorted();
  const send = async (event: Parameters<BareEngine['send']>[0]): Promise<string> => {
    const id = await engine.send(event);
    engine.turn();
    return id;
  };

  /**
   * Delivers an event, and returns the phase in which each piece of the delivery began.
   *
   * @param turn if it is over from the start, each piece is one wait or one function
   */
  const deliver = async (
    name: string,
    data: object,
    turn: { isOver: boolean },
  ): Promise<{ id: string; phases: string[] }> => {
    const id = await engine.send({ name, data: { ...data } });
    const event = engine.get(EventStore).get(id)!;
    const phases: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const from: string = cursor;
      phases.push(from && (JSON.parse(from) as { phase: string }).phase);
      cursor = engine.transaction(() =>
        engine.get(EventDelivery).deliver(event, { functionId: null, cursor: from, turn }),
      );
    }
    return { id, phases };
  };

  it('starts a run of each function that it triggers and whose condition it fulfils', async () => {
    expect(startedBy(await send({ name: 'go', data: { n: 1 } }))).toEqual(['a', 'c']);
    expect(startedBy(await send({ name: 'go', data: { n: 2 } }))).toEqual(['a', 'b', 'c']);
    expect(startedBy(await send({ name: 'g/x' }))).toEqual(['c']);
  });

  it('starts each function once, though it is done in pieces', async () => {
    const { id, phases } = await deliver('go', { n: 2 }, { isOver: true });

    expect(phases).toEqual(['', 'functions', 'functions']);
    expect(startedBy(id)).toEqual(['a', 'b', 'c']);
  });

  it('starts nothing of a function that its app has registered anew without the trigger', async () => {
    engine.register({ id: 'a', triggers: [{ event: 'other' }] });

    expect(startedBy(await send({ name: 'go', data: { n: 1 } }))).toEqual(['c']);
  });

  describe('that cancels runs', () => {
    const start = async (user: string): Promise<string> => {
      const [run] = engine.runsOf(await send({ name: 'job', data: { user } }));
      return run!.id;
    };
    const statuses = (...ids: string[]): string[] => ids.map((id) => engine.run(id).status);

    it('cancels those that it is meant for', async () => {
      const [ann, bob] = [await start('ann'), await start('bob')];
      await send({ name: 'stop', data: { user: 'ann' } });

      expect(statuses(ann, bob)).toEqual(['CANCELLED', 'QUEUED']);
      expect(engine.queued(ann)).toEqual([]);
    });

    it('cancels all of them, though it is done in pieces', async () => {
      const runs = [await start('ann'), await start('ann'), await start('ann')];
      await deliver('stop', { user: 'ann' }, { isOver: true });

      expect(statuses(...runs)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
    });

    it('cancels all of them, however many they are', async () => {
      const runs: string[] = [];
      for (let run = 0; run < 60; run++) runs.push(await start('ann'));
      await deliver('stop', { user: 'ann' }, { isOver: false });

      expect(new Set(statuses(...runs))).toEqual(new Set(['CANCELLED']));
    });

    it('cancels a run that an earlier event of the same request starts', async () => {
      const job = await engine.send({ name: 'job', data: { user: 'ann' } });
      await send({ name: 'stop', data: { user: 'ann' } });

      expect(engine.runsOf(job).map(({ status }) => status)).toEqual(['CANCELLED']);
    });
  });

  it('resumes steps that require one of its values, and steps that require none', async () => {
    const call = await engine.begin({ name: 'g/x' });
    const wait = (id: string, condition?: string): Op => ({
      op: 'WaitForEvent',
      id,
      opts: { event: 'answer', timeout: '1h', ...(condition !== undefined && { if: condition }) },
    });
    engine.apply(call, ops(wait('one', 'async.data.n == 1'), wait('two', 'async.data.n == 2'), wait('any')));
    await send({ name: 'answer', data: { n: 1 } });

    const resumed = ['one', 'two', 'any'].filter((id) => engine.memo(call.runId, id) !== undefined);
    expect(resumed).toEqual(['one', 'any']);
  });

  it('does not resume a step whose timeout has passed, though its timer has not fired', async () => {
    const call = await engine.begin({ name: 'go', data: { n: 1 } });
    engine.apply(call, ops({ op: 'WaitForEvent', id: 'wait', opts: { event: 'late', timeout: '1h' } }));
    await engine.clock.advance(HOUR + 1);
    const event = engine.get(EventStore).get(await engine.send({ name: 'late' }))!;
    engine.transaction(() =>
      engine.get(EventDelivery).deliver(event, { functionId: null, cursor: '', turn: { isOver: false } }),
    );

    expect(engine.memo(call.runId, 'wait')).toBeUndefined();
    engine.turn();
    expect(engine.memo(call.runId, 'wait')).toBeNull();
  });

  describe('with which this server fails', () => {
    let tries: number[];
    let bad: string;

    beforeEach(async () => {
      tries = [];
      const delivery = engine.get(EventDelivery);
      const deliver = delivery.deliver.bind(delivery);
      jest.spyOn(delivery, 'deliver').mockImplementation((event, options) => {
        const next = deliver(event, options);
        if (event.data['isBad'] !== true) return next;
        tries.push(engine.clock.now() - START);
        throw new Error('a bug');
      });
      bad = await engine.send({ name: 'go', data: { isBad: true, n: 1 } });
    });

    it('changes nothing, and others are delivered', async () => {
      const good = await send({ name: 'go', data: { n: 1 } });

      expect([startedBy(bad), startedBy(good)]).toEqual([[], ['a', 'c']]);
    });

    it('is tried again after 1, 2, 4 s and so on, and set aside after eight failures', async () => {
      engine.turn();
      for (let second = 0; second < 130; second++) await engine.advance(SECOND);

      expect(tries.map((at) => at / SECOND)).toEqual([0, 1, 3, 7, 15, 31, 63, 123]);
      expect(engine.get(SetAside).list()).toMatchObject([{ kind: 'event', error: 'Error: a bug' }]);
      expect(engine.get(OutboxStore).next()).toBeUndefined();
    });
  });
});
