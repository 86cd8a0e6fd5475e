import { EventStore } from '../store/event.store.js';
import { BareEngine } from '../testing/bare-engine.js';

const SECOND = 1_000;

/** What an event leads to for one function with a rule: a run, or the reason why there is none, or none yet. */
describe('An event for a function', () => {
  let engine: BareEngine;

  const start = async (rule: object): Promise<void> => {
    engine = await BareEngine.start({ id: 'fn', triggers: [{ event: 'go' }], ...rule });
  };
  afterEach(() => engine.close());

  /** Sends events, each with the next number. Returns their ids. */
  const send = async (count: number): Promise<string[]> => {
    const ids: string[] = [];
    for (let n = 0; n < count; n++)
      ids.push(await engine.send({ name: 'go', data: { n }, id: `event-${n}` }));
    engine.turn();
    return ids;
  };
  /** The statuses of the runs that each event started. */
  const runs = (ids: string[]): string[][] => ids.map((id) => engine.runsOf(id).map(({ status }) => status));
  const reason = (id: string): string | null | undefined => engine.get(EventStore).outcomes(id)[0]?.reason;

  it('with a debounce waits, and only the last one of the period starts a run', async () => {
    await start({ debounce: { period: '10s' } });
    const ids = await send(2);
    expect(runs(ids)).toEqual([[], []]);
    expect(reason(ids[0]!)).toBe('skipped: debounced, the later event event-1 runs instead');
    expect(reason(ids[1]!)).toContain('debounced');

    await engine.advance(10 * SECOND);
    expect(runs(ids)).toEqual([[], ['QUEUED']]);
  });

  it('with a batch is collected until the batch is full', async () => {
    await start({ batchEvents: { maxSize: 3, timeout: '10s' } });
    const ids = await send(2);
    expect(runs(ids)).toEqual([[], []]);

    const third = await engine.send({ name: 'go' });
    engine.turn();
    expect(new Set([...ids, third].flatMap((id) => engine.runsOf(id).map((run) => run.id))).size).toBe(1);
  });

  it('with a batch is collected until the timeout of the batch', async () => {
    await start({ batchEvents: { maxSize: 3, timeout: '10s' } });
    const ids = await send(2);
    await engine.advance(10 * SECOND - 1);
    expect(runs(ids)).toEqual([[], []]);

    await engine.advance(1);
    expect(runs(ids)).toEqual([['QUEUED'], ['QUEUED']]);
  });

  it('with a rate limit above its number is skipped', async () => {
    await start({ rateLimit: { limit: 1, period: '10s' } });
    const ids = await send(2);

    expect(runs(ids)).toEqual([['QUEUED'], []]);
    expect(reason(ids[1]!)).toContain('rate limit');
  });

  it.each([
    ['skip', [['QUEUED'], []]],
    ['cancel', [['CANCELLED'], ['QUEUED']]],
  ])('with a singleton (%s) starts no second run beside the first', async (mode, expected) => {
    await start({ singleton: { mode } });

    expect(runs(await send(2))).toEqual(expected);
  });

  it('with an id that was sent before starts nothing', async () => {
    await start({});
    const [first] = await send(1);
    const [again] = await send(1);

    expect(runs([first!, again!])).toEqual([['QUEUED'], []]);
    expect(reason(again!)).toBe('skipped: an event with the id "event-0" was sent before');
  });
});
