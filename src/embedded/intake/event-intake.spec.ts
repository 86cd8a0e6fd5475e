import { FunctionRegistry } from '../functions/function-registry.js';
import type { AppFunction } from '../functions/app-function.js';
import { EventStore } from '../store/event.store.js';
import { OutboxStore } from '../store/outbox.store.js';
import { BareEngine, START } from '../testing/bare-engine.js';
import { EventIntake, type Invoked } from './event-intake.js';
import { InvalidEventError } from './incoming-event.js';

const HOUR = 60 * 60 * 1_000;
const DAY = 24 * HOUR;

describe('An event that a client sends', () => {
  let engine: BareEngine;
  let intake: EventIntake;

  beforeEach(async () => {
    engine = await BareEngine.start({ id: 'fn', triggers: [{ event: 'go' }] });
    intake = engine.get(EventIntake);
  });

  afterEach(() => engine.close());

  const inOutbox = (): string[] =>
    engine
      .get(OutboxStore)
      .due(engine.clock.steady(), 1_000)
      .map(({ eventId }) => eventId);

  it('is stored, and waits in the outbox until it is delivered', async () => {
    const id = await engine.send({ name: 'go', data: { n: 1 } });
    expect(engine.get(EventStore).get(id)).toMatchObject({ data: { n: 1 }, internal: false, ts: START });
    expect([inOutbox(), engine.runsOf(id)]).toEqual([[id], []]);

    engine.turn();
    expect(inOutbox()).toEqual([]);
    expect(engine.runsOf(id)).toHaveLength(1);
  });

  it('is not delivered if nothing listens to it', async () => {
    const id = await engine.send({ name: 'nothing' });

    expect(engine.get(EventStore).get(id)).toBeDefined();
    expect(inOutbox()).toEqual([]);
  });

  it('of the future is delivered then', async () => {
    const id = await engine.send({ name: 'go', ts: START + HOUR });
    await engine.advance(HOUR - 1);
    expect(engine.runsOf(id)).toEqual([]);

    await engine.advance(1);
    engine.turn();
    expect(engine.runsOf(id)).toHaveLength(1);
  });

  it('keeps its place among others, however many are sent together', async () => {
    const { ids } = await intake.accept(Array.from({ length: 250 }, (_, n) => ({ name: 'go', data: { n } })));

    expect(inOutbox()).toEqual(ids);
    expect(ids.map((id) => engine.get(EventStore).get(id)?.data['n'])).toEqual([...Array(250).keys()]);
  });

  it('is stored once under an id that the client asked for', async () => {
    const seeded = ['01KDVEH0000000000000000001'];
    await intake.accept([{ name: 'go', data: { n: 1 } }], seeded);
    const { ids } = await intake.accept([{ name: 'go', data: { n: 2 } }], seeded);

    expect(ids).toEqual(seeded);
    expect(inOutbox()).toEqual(seeded);
    expect(engine.get(EventStore).get(seeded[0]!)?.data).toEqual({ n: 1 });
  });

  describe('to invoke a function', () => {
    let fn: AppFunction;
    const invoke = (key?: string): Promise<Invoked> => intake.invoke(fn, { data: { n: 1 } }, key);

    beforeEach(() => (fn = engine.get(FunctionRegistry).bySlug('fn')!));

    it('starts it in the same transaction', async () => {
      const invoked = await invoke();

      expect(invoked).toEqual({ kind: 'started', runId: expect.any(String) });
      const { runId } = invoked as { runId: string };
      expect(engine.run(runId)).toMatchObject({ status: 'QUEUED', triggerEvent: 'inngest/function.invoked' });
    });

    it('starts it once for a key in 24 hours', async () => {
      const first = await invoke('key');
      await engine.advance(DAY - 1);
      expect(await invoke('key')).toEqual({ ...first, kind: 'repeated' });
      expect(await invoke('other')).toMatchObject({ kind: 'started' });

      await engine.advance(1);
      expect(await invoke('key')).toMatchObject({ kind: 'started' });
    });

    it('is refused when it is too large', async () => {
      const data = { text: 'x'.repeat(4 * 1024 * 1024) };

      await expect(intake.invoke(fn, { data })).rejects.toThrow(InvalidEventError);
    });
  });
});
