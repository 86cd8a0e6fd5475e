import type { Inngest } from 'inngest';
import type { VirtualClock } from '../src/clock/index.js';
import { Database } from '../src/embedded/store/database.js';
import type { InngestFailureContext } from '../src/inngest/index.js';
import { Durable } from './support/durable.js';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import type { Define } from './support/sdk-functions.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

let durable: Durable;
let inngest: InngestHarness;
/** The steps that are executing now, without those that a killed server called for. */
let inside: string[];

beforeEach(() => {
  durable = new Durable();
  inside = [];
});

afterEach(() => durable.close());

async function start(define: Define): Promise<void> {
  inngest = await durable.start(define);
}

async function sendOne(name = 'go', data: Record<string, unknown> = {}): Promise<string> {
  const [id] = await inngest.send({ name, data });
  return id!;
}

/** Sends the events one second apart, so that their calls come in this order. */
async function sendEach(...names: string[]): Promise<string[]> {
  const ids: string[] = [];
  for (const name of names) {
    ids.push(await sendOne(name));
    await inngest.advance(SECOND);
  }
  return ids;
}

async function crash(): Promise<void> {
  inside = [];
  await durable.crash();
}

/** Waits until steps of this name have begun `times` times in all, then ends the process. */
async function crashIn(name: string, times: number): Promise<void> {
  await inngest.until(() => durable.executed.filter((each) => each.startsWith(name)).length === times, {
    within: HOUR,
  });
  await crash();
}

/** A function with one step that takes a while. It records its attempts. */
function working(
  client: Inngest,
  clock: VirtualClock,
  {
    id,
    forMs = MINUTE,
    ...options
  }: { id: string; forMs?: number } & Partial<Parameters<Inngest['createFunction']>[0]>,
) {
  return client.createFunction(
    { ...options, id, triggers: { event: id } },
    async ({
      step,
      attempt,
    }: {
      step: { run: (id: string, work: () => unknown) => unknown };
      attempt: number;
    }) => {
      await step.run('work', async () => {
        durable.executed.push(`${id} ${attempt}`);
        const here = inside;
        here.push(id);
        await clock.sleep(forMs);
        here.splice(here.indexOf(id), 1);
      });
    },
  );
}

const errorOf = ({ output }: Run): { name: string; message: string } =>
  (output as { error?: never }).error ?? (output as never);

describe('A call that was the only one under way when the process ended', () => {
  it('counts as a failed attempt, and is made again after the backoff', async () => {
    await start((client, clock) => [working(client, clock, { id: 'go' })]);
    const id = await sendOne();

    await crashIn('go', 1);
    const run = await inngest.ended(id);

    expect(run.status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['go 0', 'go 1']);
    expect(inngest.since(run.endedAt!)).toBeGreaterThanOrEqual(15 * SECOND + MINUTE);
    expect((await inngest.attempts(run, 'Finalization')).map(({ status }) => status)).toContain('FAILED');
  });

  it('is made as often as its retries allow, and then its run fails and says why', async () => {
    await start((client, clock) => [working(client, clock, { id: 'go', retries: 2 })]);
    const id = await sendOne();

    for (const time of [1, 2, 3]) await crashIn('go', time);
    const run = await inngest.ended(id);

    expect(durable.executed).toEqual(['go 0', 'go 1', 'go 2']);
    expect(run.status).toBe('FAILED');
    expect(errorOf(run)).toMatchObject({
      name: 'ProcessEndedError',
      message: expect.stringContaining(
        'The process ended while this call was the only one under way',
      ) as string,
    });
  });

  it('is not made again without retries, and the failure handler runs', async () => {
    await start((client, clock) => [
      working(client, clock, {
        id: 'go',
        retries: 0,
        onFailure: ({ error }: InngestFailureContext) => void durable.executed.push(error.message),
      }),
    ]);
    const id = await sendOne();

    await crashIn('go', 1);
    const run = await inngest.ended(id);
    await inngest.allEnded();

    expect(run.status).toBe('FAILED');
    expect(durable.executed).toEqual(['go 0', expect.stringContaining('The process ended')]);
  });

  it('counts in a planned step, in a function without steps, and in a batch', async () => {
    const hang = (name: string, clock: VirtualClock) => (): Promise<void> => {
      durable.executed.push(name);
      return clock.sleep(HOUR);
    };
    await start((client, clock) => [
      client.createFunction({ id: 'planned', triggers: { event: 'planned' }, retries: 0 }, ({ step }) =>
        Promise.all([step.run('hangs', hang('planned', clock)), step.sleep('nap', '1d')]),
      ),
      client.createFunction({ id: 'none', triggers: { event: 'none' }, retries: 0 }, hang('none', clock)),
      client.createFunction(
        {
          id: 'batch',
          triggers: { event: 'batch' },
          retries: 0,
          batchEvents: { maxSize: 2, timeout: '60s' },
        },
        hang('batch', clock),
      ),
    ]);
    for (const name of ['planned', 'none', 'batch']) {
      const id = await sendOne(name);
      if (name === 'batch') await sendOne(name);
      await crashIn(name, 1);
      expect((await inngest.ended(id)).status).toBe('FAILED');
    }

    expect(durable.executed).toEqual(['planned', 'none', 'batch']);
  });

  it('counts for the step that was under way, not for those that it had reported before', async () => {
    await start((client, clock) => [
      client.createFunction(
        { id: 'fn', triggers: { event: 'go' }, retries: 1, checkpointing: true },
        async ({ step }) => {
          for (const name of ['a', 'b', 'c']) {
            await step.run(name, async () => {
              durable.executed.push(name);
              await clock.sleep(MINUTE);
            });
          }
        },
      ),
    ]);
    const id = await sendOne();

    for (const name of ['a', 'b', 'c']) await crashIn(name, 1);
    const run = await inngest.ended(id);

    expect(run.status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  it('is not suspect any more once it has reported a step', async () => {
    await start((client, clock) => [
      client.createFunction(
        { id: 'fn', triggers: { event: 'go' }, retries: 1, checkpointing: true },
        async ({ step }) => {
          for (const name of ['first', 'second']) {
            await step.run(name, async () => {
              durable.executed.push(name);
              await clock.sleep(MINUTE);
            });
          }
        },
      ),
      working(client, clock, { id: 'other' }),
    ]);
    const [id] = await sendEach('go', 'other');

    await crash();
    await crashIn('second', 1);
    const run = await inngest.ended(id);

    expect(run.status).toBe('COMPLETED');
    expect(durable.executed.filter((name) => name !== 'other 0')).toEqual([
      'first',
      'first',
      'second',
      'second',
    ]);
  });

  it('does not count after a stop, whether it was waited for or not', async () => {
    await start((client, clock) => [working(client, clock, { id: 'go', retries: 0 })]);
    const id = await sendOne();
    await inngest.advance(SECOND);

    await durable.restart(0);
    await inngest.until(() => durable.executed.length === 2);
    await durable.restart(5 * SECOND);
    const run = await inngest.ended(id);

    expect(run.status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['go 0', 'go 0', 'go 0']);
  });

  it('does not count when the process is killed while it stops', async () => {
    await start((client, clock) => [working(client, clock, { id: 'go', retries: 0 })]);
    const id = await sendOne();
    await inngest.advance(SECOND);

    const stopped = inngest.server.drain(8 * SECOND);
    await inngest.advance(SECOND);
    await crash();
    await inngest.advance(10 * SECOND);
    await stopped;

    expect((await inngest.ended(id)).status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['go 0', 'go 0']);
  });
});

describe('The start after a crash', () => {
  it('says which runs and steps were under way, and what becomes of them', async () => {
    const warnings: string[] = [];
    const logger = {
      log: () => undefined,
      error: () => undefined,
      warn: (line: string) => void warnings.push(line),
    };
    inngest = await durable.start(
      (client, clock) => [
        client.createFunction({ id: 'planned', triggers: { event: 'go' } }, ({ step }) =>
          Promise.all([step.run('hangs', () => clock.sleep(HOUR)), step.sleep('nap', '1d')]),
        ),
        client.createFunction({ id: 'found', triggers: { event: 'go' } }, async ({ step }) => {
          await step.run('done', () => null);
          await step.run('hangs', () => clock.sleep(HOUR));
        }),
        client.createFunction({ id: 'one', triggers: { event: 'one' }, retries: 0 }, () => clock.sleep(HOUR)),
      ],
      { logger },
    );
    const id = await sendOne();
    await inngest.advance(SECOND);
    await crash();
    await inngest.ended(id);
    const one = await sendOne('one');
    await inngest.advance(SECOND);
    await crash();

    const crashes = warnings.filter((line) => line.includes('ended without a stop'));
    expect(crashes).toEqual([
      expect.stringMatching(
        /while 2 calls were under way: .*; .*\. One of them may have ended it: they are made again one at a time/,
      ),
      expect.stringMatching(
        /while 1 call was under way: run \S+ of test-one, before its first step was done\. .* it was the last, and the run fails/,
      ),
    ]);
    expect(crashes[0]).toMatch(/run \S+ of test-planned, step "hangs"/);
    expect(crashes[0]).toMatch(/run \S+ of test-found, after step "done"/);
    expect((await inngest.ended(one)).status).toBe('FAILED');
  });
});

describe('A process that ended while it was starting', () => {
  it.each([
    ['recovering', 2],
    ['recovering-suspects', 1],
  ])('changes nothing about how it had begun (%s)', async (state, together) => {
    await start((client, clock) => ['a', 'b'].map((id) => working(client, clock, { id, retries: 0 })));
    const ids = await sendEach('a', 'b');
    inngest.server.app.get(Database).run("UPDATE meta SET value = ? WHERE key = 'process'", state);

    await crash();
    await inngest.advance(30 * SECOND);
    expect(inside).toHaveLength(together);

    for (const id of ids) expect((await inngest.ended(id)).status).toBe('COMPLETED');
    expect(durable.executed.slice(0, 2)).toEqual(['a 0', 'b 0']);
    const again = durable.executed.slice(2);
    // Two calls that are made at the same time may arrive in any order.
    expect(together === 1 ? again : again.toSorted()).toEqual(['a 0', 'b 0']);
  });
});

describe('Calls that were under way together when the process ended', () => {
  it('do not count, and are made again one at a time, before all others', async () => {
    await start((client, clock) => [
      ...['a', 'b', 'c'].map((id) => working(client, clock, { id, retries: 0 })),
      working(client, clock, { id: 'late' }),
    ]);
    const ids = await sendEach('a', 'b', 'c');
    await inngest.advance(30 * SECOND);

    await crash();
    ids.push(await sendOne('late'));
    let most = 0;
    await inngest.until(() => {
      most = Math.max(most, inside.length);
      return durable.executed.includes('late 0');
    });

    expect(most).toBe(1);
    for (const id of ids) expect((await inngest.ended(id)).status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['a 0', 'b 0', 'c 0', 'a 0', 'b 0', 'c 0', 'late 0']);
  });

  it.each([1, 3] as const)(
    'get on, but for the one that ends the process again: it is executed at most retries + 1 times (retries: %s)',
    async (retries) => {
      await start((client, clock) => [
        working(client, clock, { id: 'good', retries: 0 }),
        working(client, clock, { id: 'bad', retries, priority: { run: '100' } }),
      ]);
      const [good, bad] = await sendEach('good', 'bad');
      await inngest.until(() => inside.length === 2);

      for (let time = 1; time <= retries + 1; time++) await crashIn('bad', time);

      expect((await inngest.ended(bad)).status).toBe('FAILED');
      expect((await inngest.ended(good)).status).toBe('COMPLETED');
      expect(durable.executed.filter((name) => name.startsWith('bad'))).toEqual([
        'bad 0',
        ...Array.from({ length: retries }, (_, attempt) => `bad ${attempt}`),
      ]);
      expect(durable.executed.filter((name) => name === 'good 0').length).toBeLessThanOrEqual(2);
    },
  );

  it('of one run, its parallel steps, are made one at a time too', async () => {
    await start((client, clock) => [
      client.createFunction({ id: 'fn', triggers: { event: 'go' }, retries: 0 }, ({ step }) =>
        Promise.all(
          ['x', 'y', 'z'].map((name) =>
            step.run(name, async () => {
              durable.executed.push(name);
              const here = inside;
              here.push(name);
              await clock.sleep(MINUTE);
              here.splice(here.indexOf(name), 1);
            }),
          ),
        ),
      ),
    ]);
    const id = await sendOne();
    await inngest.advance(30 * SECOND);
    expect(inside).toHaveLength(3);

    await crash();
    const startedAt = inngest.elapsed;
    const run = await inngest.ended(id);

    expect(run.status).toBe('COMPLETED');
    // The first three began in parallel, in any order.
    expect(durable.executed.slice(0, 3).toSorted()).toEqual(['x', 'y', 'z']);
    expect(durable.executed.slice(3).toSorted()).toEqual(['x', 'y', 'z']);
    expect(inngest.since(run.endedAt!) - startedAt).toBe(3 * MINUTE);
  });

  it('hold up others, the suspect ones too, for two minutes at most', async () => {
    await start((client, clock) => [
      ...['a', 'b'].map((id) => working(client, clock, { id, forMs: HOUR })),
      working(client, clock, { id: 'late' }),
    ]);
    const [a, b] = await sendEach('a', 'b');
    await inngest.advance(30 * SECOND);

    await crash();
    const startedAt = inngest.elapsed;
    const late = await inngest.ended(await sendOne('late'));

    expect(inngest.since(late.startedAt!) - startedAt).toBe(2 * MINUTE);
    expect(durable.executed).toEqual(['a 0', 'b 0', 'a 0', 'b 0', 'late 0']);
    for (const id of [a, b]) expect((await inngest.ended(id)).status).toBe('COMPLETED');
  });

  it('keep the limits of their functions, and what they wait for', async () => {
    await start((client, clock) => [
      working(client, clock, { id: 'a', concurrency: 1 }),
      working(client, clock, { id: 'b' }),
    ]);
    const ids = await sendEach('a', 'a', 'b');
    await inngest.advance(30 * SECOND);

    await crash();
    await inngest.allEnded();

    expect(durable.executed).toEqual(['a 0', 'b 0', 'a 0', 'b 0', 'a 0']);
    for (const id of ids) expect((await inngest.ended(id)).status).toBe('COMPLETED');
  });
});
