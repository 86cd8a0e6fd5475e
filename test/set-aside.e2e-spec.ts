import { Dispatcher } from '../src/embedded/calls/dispatcher.js';
import { CallBuilder } from '../src/embedded/calls/call-builder.js';
import { RunExecutor } from '../src/embedded/calls/run-executor.js';
import { EventDelivery } from '../src/embedded/intake/event-delivery.js';
import { Changes } from '../src/embedded/notices/notices.js';
import { Database } from '../src/embedded/store/database.js';
import { SlotStore } from '../src/embedded/store/slot.store.js';
import { QueueStore } from '../src/embedded/store/queue.store.js';
import { TimerStore } from '../src/embedded/store/timer.store.js';
import { Timers } from '../src/embedded/timers/timers.js';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { ask } from './support/bad-input/send-request.js';
import { returned, startFunctions } from './support/sdk-functions.js';

const SECOND = 1_000;
/** Eight attempts, with 1, 2, 4, 8, 16, 32 and 60 s between them, are over after 123 s. */
const UNTIL_SET_ASIDE = 130 * SECOND;

interface Health {
  setAside?: { count: number; items: { kind: string; id: string; runId?: string; error: string }[] };
}

describe('Something that this server itself fails with', () => {
  let inngest: InngestHarness;
  let lines: string[];

  const get = <T>(token: new (...args: never[]) => T): T => inngest.server.app.get<T>(token);
  const health = (): Promise<Health> => inngest.get<Health>('/health');

  beforeEach(async () => {
    lines = [];
    const note = (line: unknown): void => void lines.push(String(line));
    inngest = await startFunctions(
      (client) => [
        client.createFunction(
          { id: 'good', triggers: { event: 'good' }, checkpointing: false },
          async ({ step }) => {
            await step.sleep('nap', '1m');
            return step.run('work', () => 'done');
          },
        ),
        client.createFunction({ id: 'poison', triggers: { event: 'poison' }, concurrency: 1 }, () => 'cured'),
      ],
      { server: { logger: { log: note, warn: note, error: note } } },
    );
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await inngest.close();
  });

  /** Sends an event that fails and one that does not, and waits until the failing one is set aside. */
  const sendBoth = async (): Promise<{ poison: string; good: Run }> => {
    const [poison, good] = await inngest.send({ name: 'poison' }, { name: 'good' });
    await inngest.advance(UNTIL_SET_ASIDE);
    return { poison: poison!, good: await inngest.run(good) };
  };
  const linesWith = (text: string): string[] => lines.filter((line) => line.includes(text));

  it('is a timer: it is tried eight times and set aside; all other timers fire', async () => {
    const handler = jest.fn(() => {
      throw new Error('a bug');
    });
    get(Timers).on('poison', handler);
    const at = inngest.clock.now();
    get(Timers).set({ id: 'poison', kind: 'poison', at, scale: 'steady', runId: null, payload: null });

    const { good } = await sendBoth();

    expect(returned(good)).toBe('done');
    // Twice per attempt: first in one transaction with everything else that is due, then in a separate one.
    expect(handler).toHaveBeenCalledTimes(2 * 8);
    expect(linesWith('failed 8 times and is set aside')).toHaveLength(1);
    expect((await health()).setAside).toMatchObject({
      count: 1,
      items: [{ kind: 'timer', id: 'poison', error: 'Error: a bug' }],
    });
    // A page that reaches the server under another host name (DNS rebinding) sees only the number of items.
    const asked = { method: 'GET', path: '/health', headers: { host: 'evil.example' } };
    expect(JSON.parse((await ask(inngest.server.url, asked)).text)).toMatchObject({ setAside: { count: 1 } });
    expect((await ask(inngest.server.url, asked)).text).not.toContain('a bug');
    expect(linesWith('timer "poison"')).toEqual([
      expect.stringContaining('trying again later'),
      expect.stringContaining('is set aside until the next start'),
    ]);
  });

  it('is a whole kind of work: the others go on, and it is tried again', async () => {
    const due = jest.spyOn(get(TimerStore), 'due').mockImplementation(() => {
      throw new Error('a bug');
    });
    get(Timers).set({
      id: 'late',
      kind: 'late',
      at: inngest.clock.now(),
      scale: 'steady',
      runId: null,
      payload: null,
    });
    const fired = jest.fn();
    get(Timers).on('late', fired);

    const [id] = await inngest.send({ name: 'poison' });
    await inngest.advance(100);
    expect(returned(await inngest.run(id))).toBe('cured');
    expect(due.mock.calls.length).toBeLessThan(10);
    due.mockRestore();
    await inngest.advance(60_000);

    expect(fired).toHaveBeenCalledTimes(1);
    expect(linesWith('The timers failed as a whole')).toHaveLength(1);
  });

  it('is a call that cannot be prepared: its run waits and does not fail, its slot is free meanwhile', async () => {
    const builder = get(CallBuilder);
    const build = builder.build.bind(builder);
    const spy = jest.spyOn(builder, 'build').mockImplementation((fn, ...rest) => {
      if (fn.slug === 'test-poison') throw new Error('a bug');
      return build(fn, ...rest);
    });

    const { poison, good } = await sendBoth();

    expect(returned(good)).toBe('done');
    const { id: runId, endedAt } = await inngest.run(poison);
    expect(endedAt).toBeUndefined();
    expect(get(SlotStore).inUse).toBe(0);
    expect((await health()).setAside).toMatchObject({
      count: 1,
      items: [{ kind: 'call', runId, error: 'Error: a bug' }],
    });
    expect(linesWith(runId).at(-1)).toContain('is set aside until the next start');

    // The next call takes the slot. The call that was set aside is made again at the start of a server.
    spy.mockRestore();
    const [next] = await inngest.send({ name: 'poison' });
    expect(returned(await inngest.ended(next))).toBe('cured');
    await get(Dispatcher).start();
    expect(returned(await inngest.ended(poison))).toBe('cured');
    expect(await health()).not.toHaveProperty('setAside');
  });

  it('is a call that cannot be taken from the queue: the others are', async () => {
    const items = get(QueueStore);
    const setRunning = items.setRunning.bind(items);
    const runs = get(Database);
    jest.spyOn(items, 'setRunning').mockImplementation((item, ...rest) => {
      const sql = `SELECT 1 FROM queue_item JOIN run ON run.id = run_id JOIN function ON function.id = function_id
                   WHERE queue_item.id = ? AND slug = 'test-poison'`;
      if (runs.get(sql, item.id)) throw new Error('a bug');
      return setRunning(item, ...rest);
    });

    const { poison, good } = await sendBoth();

    expect(returned(good)).toBe('done');
    const { id: runId, status } = await inngest.run(poison);
    expect(status).toBe('QUEUED');
    expect((await health()).setAside).toMatchObject({ items: [{ kind: 'call', runId }] });
    expect(linesWith('is set aside until the next start')).toHaveLength(1);
  });

  it('is an event that cannot be delivered: the others are', async () => {
    const delivery = get(EventDelivery);
    const deliver = delivery.deliver.bind(delivery);
    jest.spyOn(delivery, 'deliver').mockImplementation((event, ...rest) => {
      if (event.name === 'poison') throw new Error('a bug');
      return deliver(event, ...rest);
    });

    const { poison, good } = await sendBoth();

    expect(returned(good)).toBe('done');
    expect(await inngest.runs(poison)).toEqual([]);
    expect(await inngest.get(`/v1/events/${poison}`)).toMatchObject({
      data: { waiting: 'set aside until the next start: Error: a bug' },
    });
    expect((await health()).setAside).toMatchObject({ items: [{ kind: 'event', id: poison }] });
    expect(linesWith(poison)).toEqual([
      expect.stringContaining('trying again later'),
      expect.stringContaining('is set aside until the next start'),
    ]);
  });

  it('is a listener: others hear of the change, and the transaction stands', async () => {
    let heard = 0;
    get(Changes).subscribe(() => {
      throw new Error('a bug');
    });
    get(Changes).subscribe(() => heard++);

    const [good] = await inngest.send({ name: 'good' });

    expect(returned(await inngest.ended(good))).toBe('done');
    expect(heard).toBeGreaterThan(0);
    expect(linesWith('A listener failed after a commit.').length).toBeGreaterThan(0);
  });

  it('is a call without an end: a sweep finds it and it is made again, without a restart', async () => {
    jest.spyOn(get(RunExecutor), 'execute').mockResolvedValueOnce();
    const [id] = await inngest.send({ name: 'poison' });
    await inngest.clock.settled();
    expect(get(Database).get('SELECT state FROM queue_item')).toEqual({ state: 'running' });

    await inngest.advance(31 * SECOND);

    expect(returned(await inngest.run(id))).toBe('cured');
    expect(get(SlotStore).inUse).toBe(0);
    expect(linesWith('1 call(s) were stored as running')).toHaveLength(1);
  });
});
