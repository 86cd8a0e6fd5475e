import { RetryAfterError, type Inngest } from 'inngest';
import { Durable } from './support/durable.js';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { returned, type Define } from './support/sdk-functions.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let durable: Durable;
let inngest: InngestHarness;

beforeEach(() => {
  durable = new Durable();
});

afterEach(() => durable.close());

async function start(define: Define): Promise<void> {
  inngest = await durable.start(define);
}

const go = { event: 'go' };
const nothing = (): null => null;

async function sendOne(
  data: Record<string, unknown> = {},
  event: { id?: string; ts?: number } = {},
): Promise<string> {
  const [id] = await inngest.send({ name: 'go', data, ...event });
  return id!;
}

/** The time from the start of the test to the run's end, in milliseconds. */
function endOf({ endedAt }: Run): number {
  return inngest.since(endedAt!);
}

describe.each([true, false])('A run whose server is killed (checkpointing: %s)', (checkpointing) => {
  const sleeper = (client: Inngest) => [
    client.createFunction({ id: 'fn', triggers: go, checkpointing }, async ({ step }) => {
      await step.run('before', durable.noted('before', nothing));
      await step.sleep('nap', '1h');
      await step.run('after', durable.noted('after', nothing));
      return 'done';
    }),
  ];

  it('wakes once when its sleep came due meanwhile', async () => {
    await start(sleeper);
    const id = await sendOne();
    await inngest.advance(MINUTE);

    await durable.crash(3 * HOUR);
    const run = await inngest.ended(id);

    expect(returned(run)).toBe('done');
    expect(durable.executed).toEqual(['before', 'after']);
    expect(endOf(run)).toBe(MINUTE + 3 * HOUR);
  });

  it('sleeps on when its sleep is not over', async () => {
    await start(sleeper);
    const id = await sendOne();
    await inngest.advance(MINUTE);

    await durable.crash(MINUTE);
    await durable.crash(MINUTE);
    const run = await inngest.ended(id);

    expect(durable.executed).toEqual(['before', 'after']);
    expect(endOf(run)).toBe(HOUR);
  });

  it('is retried once when its retry came due meanwhile, and repeats nothing that was done', async () => {
    await start((client) => [
      client.createFunction({ id: 'fn', triggers: go, checkpointing }, async ({ step, attempt }) => {
        await step.run('before', durable.noted('before', nothing));
        await step.run('failing', () => {
          durable.executed.push(`failing ${attempt}`);
          if (attempt === 0) throw new RetryAfterError('not yet', '10m');
        });
      }),
    ]);
    const id = await sendOne();
    await inngest.advance(MINUTE);

    await durable.crash(HOUR);
    const run = await inngest.ended(id);

    expect(run.status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['before', 'failing 0', 'failing 1']);
    expect(endOf(run)).toBe(MINUTE + HOUR);
  });

  it('repeats the step that was in flight as its next attempt, and takes one result', async () => {
    await start((client, clock) => [
      client.createFunction(
        { id: 'fn', triggers: go, retries: 1, checkpointing },
        async ({ step, attempt }) => {
          await step.run('before', durable.noted('before', nothing));
          const which = await step.run('in flight', async () => {
            const turn = durable.executed.push(`in flight ${attempt}`);
            await clock.sleep(HOUR);
            return turn;
          });
          await step.run('after', durable.noted('after', nothing));
          return which;
        },
      ),
    ]);
    const id = await sendOne();
    await inngest.advance(30 * MINUTE);

    await durable.crash();
    const run = await inngest.ended(id);

    expect(run.status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['before', 'in flight 0', 'in flight 1', 'after']);
    // The call of the killed server ends half an hour earlier. Its answer is ignored.
    expect(returned(run)).toBe(3);
    const backoff = endOf(run) - 30 * MINUTE - HOUR;
    expect(backoff).toBeGreaterThanOrEqual(15 * SECOND);
    expect(backoff).toBeLessThanOrEqual(45 * SECOND);
  });

  it('gets the event that it waits for, or hears once that its time is over', async () => {
    await start((client) => [
      client.createFunction({ id: 'fn', triggers: go, checkpointing }, async ({ event, step }) => {
        const match = { event: 'answer', if: 'async.data.key == event.data.key', timeout: '1h' };
        const answer = (await step.waitForEvent('answer', match)) as { data: { text: string } } | null;
        await step.run('after', durable.noted(`after ${String(event.data.key)}`, nothing));
        return answer?.data.text ?? 'no answer';
      }),
    ]);
    const [answered, ignored] = [await sendOne({ key: 'a' }), await sendOne({ key: 'b' })];
    await inngest.advance(MINUTE);

    await durable.crash(MINUTE);
    await inngest.send({ name: 'answer', data: { key: 'a', text: 'yes' } });
    await inngest.advance(0);
    await durable.crash(2 * HOUR);

    expect(returned(await inngest.ended(answered))).toBe('yes');
    expect(returned(await inngest.ended(ignored))).toBe('no answer');
    expect(durable.executed).toEqual(['after a', 'after b']);
  });

  it('gets the result of the function that it invoked', async () => {
    await start((client) => {
      const invoked = client.createFunction({ id: 'invoked', checkpointing }, async ({ step }) => {
        await step.run('work', durable.noted('work', nothing));
        await step.sleep('nap', '1h');
        return 'result';
      });
      const caller = client.createFunction(
        { id: 'caller', triggers: go, checkpointing },
        async ({ step }) => {
          const result = (await step.invoke('call', { function: invoked })) as unknown;
          await step.run('after', durable.noted('after', nothing));
          return result;
        },
      );
      return [invoked, caller];
    });
    const id = await sendOne();
    await inngest.advance(MINUTE);

    await durable.crash(2 * HOUR);
    const run = await inngest.ended(id);

    expect(returned(run)).toBe('result');
    expect(durable.executed).toEqual(['work', 'after']);
    expect(await inngest.allRuns()).toHaveLength(2);
  });

  it('goes on with its parallel steps', async () => {
    await start((client, clock) => [
      client.createFunction({ id: 'fn', triggers: go, checkpointing }, async ({ step }) => {
        const minutes = [10, 20, 30];
        const done = minutes.map((n) =>
          step.run(
            `${n}`,
            durable.noted(`${n}`, () => clock.sleep(n * MINUTE).then(() => n)),
          ),
        );
        return (await Promise.all(done)).join();
      }),
    ]);
    const id = await sendOne();
    await inngest.advance(15 * MINUTE);

    await durable.crash();
    const run = await inngest.ended(id);

    expect(returned(run)).toBe('10,20,30');
    expect(durable.executed.toSorted()).toEqual(['10', '20', '20', '30', '30']);
  });
});

describe('Flow control over a kill', () => {
  const noteRun = (name = 'run') => durable.noted(name, nothing);

  it('keeps the window of idempotency', async () => {
    await start((client) => [
      client.createFunction({ id: 'fn', triggers: go, idempotency: 'event.data.key' }, noteRun()),
    ]);
    await inngest.ended(await sendOne({ key: 'a' }));

    await durable.crash(23 * HOUR);
    const repeated = await sendOne({ key: 'a' });
    await inngest.advance(MINUTE);
    expect(await inngest.runs(repeated)).toEqual([]);

    await durable.crash(HOUR);
    await inngest.ended(await sendOne({ key: 'a' }));
    expect(durable.executed).toEqual(['run', 'run']);
  });

  it('runs an event of the same id once', async () => {
    await start((client) => [client.createFunction({ id: 'fn', triggers: go }, noteRun())]);
    await inngest.ended(await sendOne({}, { id: 'same' }));

    await durable.crash();
    await sendOne({}, { id: 'same' });
    await inngest.advance(MINUTE);

    expect(durable.executed).toEqual(['run']);
  });

  it('keeps the throttle’s permits and those who wait for them', async () => {
    await start((client) => [
      client.createFunction({ id: 'fn', triggers: go, throttle: { limit: 2, period: '60s' } }, noteRun()),
    ]);
    await inngest.send(...Array.from({ length: 4 }, () => ({ name: 'go' })));
    await inngest.advance(SECOND);

    await durable.crash(10 * SECOND);
    await sendOne();
    await inngest.allEnded();

    expect(inngest.starts(await inngest.allRuns())).toEqual([0, 0, 30 * SECOND, 60 * SECOND, 90 * SECOND]);
  });

  it('frees the concurrency slots of calls that were under way', async () => {
    await start((client, clock) => [
      client.createFunction({ id: 'fn', triggers: go, concurrency: 1 }, async ({ event, step }) => {
        await step.run(
          'work',
          durable.noted(String(event.data.key), () => clock.sleep(MINUTE)),
        );
      }),
    ]);
    const [first, second] = [await sendOne({ key: 'a' }), await sendOne({ key: 'b' })];
    await inngest.advance(30 * SECOND);

    await durable.crash();

    // The second run holds the slot while the first one waits for its next attempt.
    expect(endOf(await inngest.ended(second))).toBe(90 * SECOND);
    expect(endOf(await inngest.ended(first))).toBe(150 * SECOND);
    expect(durable.executed).toEqual(['a', 'b', 'a']);
  });

  it('starts once what was debounced, with the last event', async () => {
    await start((client) => [
      client.createFunction({ id: 'fn', triggers: go, debounce: { period: '60s' } }, ({ event }) => {
        durable.executed.push(String(event.data.key));
      }),
    ]);
    await sendOne({ key: 'first' });
    await inngest.advance(50 * SECOND);
    await durable.crash();
    await sendOne({ key: 'last' });
    await inngest.advance(50 * SECOND);
    expect(durable.executed).toEqual([]);

    await durable.crash(HOUR);
    await inngest.advance(HOUR);

    expect(durable.executed).toEqual(['last']);
  });

  it('completes a batch, or starts it once when its time came meanwhile', async () => {
    await start((client) => [
      client.createFunction(
        { id: 'fn', triggers: go, batchEvents: { maxSize: 2, timeout: '60s' } },
        (context) => {
          const events = context.events as { data: { key: string } }[];
          durable.executed.push(events.map(({ data }) => data.key).join());
        },
      ),
    ]);
    await sendOne({ key: 'a' });
    await durable.crash();
    await sendOne({ key: 'b' });
    await sendOne({ key: 'c' });
    await inngest.advance(SECOND);
    expect(durable.executed).toEqual(['a,b']);

    await durable.crash(HOUR);
    await inngest.advance(HOUR);

    expect(durable.executed).toEqual(['a,b', 'c']);
  });

  it('delivers once an event whose moment came meanwhile', async () => {
    await start((client) => [client.createFunction({ id: 'fn', triggers: go }, noteRun())]);
    const id = await sendOne({}, { ts: inngest.clock.now() + HOUR });
    await inngest.advance(MINUTE);
    expect(durable.executed).toEqual([]);

    await durable.crash(2 * HOUR);
    await inngest.ended(id);
    await inngest.advance(2 * HOUR);

    expect(durable.executed).toEqual(['run']);
  });

  it('runs one tick for those that it missed, and then the next in its time', async () => {
    await start((client) => [
      client.createFunction({ id: 'fn', triggers: { cron: '0 * * * *' } }, noteRun()),
    ]);
    await durable.crash(5 * HOUR);
    await inngest.advance(0);
    expect(durable.executed).toEqual(['run']);

    const toTheHour = HOUR - (inngest.clock.now() % HOUR);
    await inngest.advance(toTheHour - 1);
    expect(durable.executed).toEqual(['run']);
    await inngest.advance(1);
    expect(durable.executed).toEqual(['run', 'run']);
  });

  it('keeps a singleton single', async () => {
    await start((client) => [
      client.createFunction({ id: 'fn', triggers: go, singleton: { mode: 'skip' } }, async ({ step }) => {
        await step.run('work', noteRun());
        await step.sleep('nap', '1h');
      }),
    ]);
    const first = await sendOne();
    await inngest.advance(MINUTE);

    await durable.crash();
    const second = await sendOne();

    expect((await inngest.ended(first)).status).toBe('COMPLETED');
    expect(await inngest.runs(second)).toEqual([]);
  });
});
