import { OutboxStore } from '../store/outbox.store.js';
import { ops } from '../testing/answers.js';
import { BareEngine } from '../testing/bare-engine.js';

/** The server delivers only events to which something reacts. Each of these cases reacts to the event "answer". */
describe('An event goes into the outbox', () => {
  let engine: BareEngine;

  beforeEach(async () => {
    engine = await BareEngine.start({ id: 'go', triggers: [{ event: 'go' }] });
  });

  afterEach(() => engine.close());

  const isDelivered = async (name = 'answer'): Promise<boolean> => {
    const id = await engine.send({ name });
    return engine
      .get(OutboxStore)
      .due(engine.clock.steady(), 100)
      .some(({ eventId }) => eventId === id);
  };

  it('not if nothing listens to its name', async () => {
    expect(await isDelivered()).toBe(false);
  });

  it.each([
    ['a trigger names it', { triggers: [{ event: 'answer' }] }],
    ['a trigger with a wildcard matches it', { triggers: [{ event: 'x' }, { event: 'ans.*' }] }, 'ans.wer'],
    ['it may cancel runs that an earlier event starts', { triggers: [], cancel: [{ event: 'answer' }] }],
  ])(
    'if %s, also when the function is registered after another such event',
    async (_, config, name = 'answer') => {
      expect(await isDelivered(name)).toBe(false);

      engine.register({ id: 'fn', ...config });
      expect(await isDelivered(name)).toBe(true);

      engine.register({ id: 'fn', triggers: [{ event: 'other' }] });
      expect(await isDelivered(name)).toBe(false);
    },
  );

  it('if a step waits for it', async () => {
    const call = await engine.begin({ name: 'go' });
    engine.apply(call, ops({ op: 'WaitForEvent', id: 'wait', opts: { event: 'answer', timeout: '1h' } }));

    expect(await isDelivered()).toBe(true);
  });

  it('if it cancels a run, though the function that the run is of names it no longer', async () => {
    engine.register({ id: 'job', triggers: [{ event: 'job' }], cancel: [{ event: 'answer' }] });
    await engine.send({ name: 'job' });
    engine.turn();
    engine.register({ id: 'job', triggers: [{ event: 'job' }] });

    expect(await isDelivered()).toBe(true);
  });
});
