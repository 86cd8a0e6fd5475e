import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Inngest } from 'inngest';
import { DataFileInUseError, EmbeddedInngest } from '../src/embedded/index.js';
import { Durable } from './support/durable.js';
import type { InngestHarness, Run, ServerOptions } from '../src/testing/nest.js';
import type { Define } from './support/sdk-functions.js';
import { itSlowly } from './support/slow-tests.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let durable: Durable;
let inngest: InngestHarness;

beforeEach(() => {
  durable = new Durable();
});

afterEach(() => durable.close());

async function start(define: Define, options?: ServerOptions): Promise<void> {
  inngest = await durable.start(define, options);
}

async function sendOne(data: Record<string, unknown> = {}, ts?: number): Promise<string> {
  const [id] = await inngest.send({ name: 'go', data, ...(ts !== undefined && { ts }) });
  return id!;
}

/** The time from the start of the test to the run's end, in milliseconds. */
function endOf({ endedAt }: Run): number {
  return inngest.since(endedAt!);
}

const go = { event: 'go' };
const nothing = (): null => null;
const noFunctions: Define = () => [];

describe('A worker', () => {
  /** The second step does not end at its first attempt. */
  const slowAtFirst: Define = (client, clock) => [
    client.createFunction({ id: 'fn', triggers: go }, async ({ step }) => {
      await step.run('before', durable.noted('before', nothing));
      await step.run('slow', async () => {
        durable.executed.push('slow');
        if (durable.executed.length === 2) await clock.sleep(10 * DAY);
      });
      return 'done';
    }),
  ];

  it('that dies while it is called and comes back goes on where it was', async () => {
    await start(noFunctions);
    const worker = await durable.startApp('worker', slowAtFirst);
    const id = await sendOne();
    await inngest.advance(MINUTE);
    await worker.close();
    await inngest.advance(SECOND);
    expect((await inngest.run(id)).waiting).toMatchObject({ attempt: 1 });

    const again = await durable.startApp('worker', slowAtFirst, { port: worker.port });
    const run = await inngest.ended(id);
    await again.close();

    expect(run.status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['before', 'slow', 'slow']);
    // After Inngest's own backoff of 15 to 45 s.
    expect(endOf(run)).toBeGreaterThanOrEqual(MINUTE + 15 * SECOND);
    expect(endOf(run)).toBeLessThanOrEqual(MINUTE + 45 * SECOND);
  });

  itSlowly('that never answers is called again after the request timeout', async () => {
    await start(slowAtFirst, { requestTimeoutMs: HOUR });
    const id = await sendOne();
    await inngest.advance(HOUR - 1);
    expect(durable.executed).toEqual(['before', 'slow']);

    await inngest.advance(MINUTE);
    const run = await inngest.ended(id);

    expect(run.status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['before', 'slow', 'slow']);
    expect(endOf(run)).toBeGreaterThanOrEqual(HOUR + 15 * SECOND);
  });

  it('that is restarted together with the server loses no attempt', async () => {
    const define: Define = (client, clock) => [
      client.createFunction({ id: 'fn', triggers: go, retries: 0 }, async ({ step }) => {
        await step.run(
          'work',
          durable.noted('work', () => clock.sleep(MINUTE)),
        );
      }),
    ];
    await start(noFunctions);
    const worker = await durable.startApp('worker', define);
    const id = await sendOne();
    await inngest.advance(30 * SECOND);

    const restarted = durable.restart(0);
    await worker.close();
    await restarted;
    await inngest.advance(3 * SECOND);
    expect((await inngest.run(id)).waiting?.reason).toMatch(/^waiting for its app to come back/);
    const again = await durable.startApp('worker', define, { port: worker.port });
    const run = await inngest.ended(id);
    await again.close();

    expect(run.status).toBe('COMPLETED');
    expect(endOf(run)).toBe(33 * SECOND + MINUTE);
  });

  itSlowly('that does not come back is called after 10 s, and fails like any that is away', async () => {
    await start(noFunctions);
    const worker = await durable.startApp('worker', (client) => [
      client.createFunction({ id: 'fn', triggers: go, retries: 0 }, async ({ step }) => {
        await step.sleep('nap', '1m');
      }),
    ]);
    const id = await sendOne();
    await inngest.advance(30 * SECOND);
    await worker.close();

    await durable.crash(MINUTE);
    const run = await inngest.ended(id);

    expect(run.status).toBe('FAILED');
    expect(run.output).toMatchObject({ message: expect.stringContaining(new URL(worker.url).origin) });
    expect(endOf(run)).toBe(90 * SECOND + 10 * SECOND);
  });
});

describe('A stop in good order', () => {
  const twoSteps: Define = (client, clock) => [
    client.createFunction({ id: 'fn', triggers: go, retries: 0 }, async ({ event, step }) => {
      await step.run(
        'work',
        durable.noted('work', () => clock.sleep(Number(event.data.ms))),
      );
      await step.sleep('nap', '1h');
      await step.run('after', durable.noted('after', nothing));
    }),
  ];

  it('waits for the calls in flight', async () => {
    await start(twoSteps);
    const id = await sendOne({ ms: 5 * SECOND });
    await inngest.advance(SECOND);

    await durable.restart(8 * SECOND);
    const run = await inngest.ended(id);

    expect(run.status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['work', 'after']);
    expect(endOf(run)).toBe(5 * SECOND + HOUR);
  });

  itSlowly('leaves to the next start what takes longer, and does not take that for a failure', async () => {
    await start(twoSteps);
    const id = await sendOne({ ms: MINUTE });
    await inngest.advance(SECOND);

    await durable.restart(8 * SECOND);
    const run = await inngest.ended(id);

    expect(run.status).toBe('COMPLETED');
    expect(durable.executed).toEqual(['work', 'work', 'after']);
    expect(endOf(run)).toBe(9 * SECOND + MINUTE + HOUR);
  });

  itSlowly('makes no new calls, and takes events all the same', async () => {
    await start(twoSteps);
    const drained = inngest.server.drain(0);
    await inngest.advance(0);
    await drained;
    const id = await sendOne({ ms: SECOND });
    await inngest.advance(MINUTE);
    expect(durable.executed).toEqual([]);

    await durable.restart(0);
    expect((await inngest.ended(id)).status).toBe('COMPLETED');
  });
});

describe('A second server', () => {
  it('on the same file is refused, naming the first', async () => {
    await start(noFunctions);
    const second = EmbeddedInngest.start({ dataFile: durable.dataFile, port: 0, logger: false });

    await expect(second).rejects.toThrow(DataFileInUseError);
    await expect(second).rejects.toThrow(
      `${durable.dataFile} is in use by another embedded Inngest (process ${process.pid}, ${inngest.server.url})`,
    );
  });
});

describe('Retention', () => {
  const eventIds = async (): Promise<string[]> =>
    (await inngest.get<{ data: { id: string }[] }>('/api/v2/events')).data.map((event) => event.id);

  it('removes finished runs with their events, and never one that is unfinished', async () => {
    await start(
      (client) => [
        client.createFunction({ id: 'fn', triggers: go }, async ({ event, step }) => {
          await step.run('before', durable.noted('before', nothing));
          if (event.data.days) await step.sleep('nap', `${event.data.days}d`);
          return event.data.key;
        }),
      ],
      { retentionMs: DAY },
    );
    const [finished, unfinished] = [await sendOne({ key: 'a' }), await sendOne({ key: 'b', days: 10 })];
    await inngest.ended(finished);

    await inngest.advance(DAY);
    expect(await inngest.runs(finished)).toHaveLength(1);
    await inngest.advance(2 * HOUR);

    expect(await inngest.allRuns()).toHaveLength(1);
    expect(await eventIds()).toEqual([unfinished]);
    expect((await inngest.ended(unfinished)).output).toEqual({ data: 'b' });
    expect(durable.executed).toEqual(['before', 'before']);

    await inngest.advance(DAY + 2 * HOUR);
    expect(await inngest.allRuns()).toEqual([]);
    expect(await eventIds()).toEqual([]);
  });

  type Flow = Omit<Parameters<Inngest['createFunction']>[0], 'id' | 'triggers'>;

  it.each([
    ['is debounced', { debounce: { period: '3d' } }, 0],
    ['is in a batch', { batchEvents: { maxSize: 2, timeout: `${3 * 24 * 60 * 60}s` } }, 0],
    ['is for a later moment', {}, 3 * DAY],
  ] as [string, Flow, number][])('keeps an event that %s', async (_, flow, laterMs) => {
    await start(
      (client) => [
        client.createFunction({ id: 'fn', triggers: go, ...flow }, ({ event }) => {
          durable.executed.push(String(event.data.key));
        }),
      ],
      { retentionMs: HOUR },
    );
    await sendOne({ key: 'a' }, inngest.clock.now() + laterMs);
    // In several steps: an advance does not stop at housekeeping alarms in between.
    for (let hours = 0; hours < 3 * 24; hours += 12) await inngest.advance(12 * HOUR);
    await inngest.advance(0);

    expect(durable.executed).toEqual(['a']);
  });

  itSlowly('removes however many there are', async () => {
    await start((client) => [client.createFunction({ id: 'fn', triggers: go }, nothing)], {
      retentionMs: HOUR,
    });
    await inngest.send(...Array.from({ length: 120 }, () => ({ name: 'go' })));
    await inngest.allEnded();

    await inngest.advance(2 * HOUR);
    while ((await inngest.allRuns()).length > 0) await nextTurn();
    while ((await eventIds()).length > 0) await nextTurn();
  });

  itSlowly('keeps the window of idempotency of a run that is gone', async () => {
    await start(
      (client) => [
        client.createFunction({ id: 'fn', triggers: go, idempotency: 'event.data.key' }, () => {
          durable.executed.push('run');
        }),
      ],
      { retentionMs: HOUR },
    );
    await inngest.ended(await sendOne({ key: 'a' }));
    await inngest.advance(12 * HOUR);
    await inngest.advance(HOUR);
    expect(await inngest.allRuns()).toEqual([]);

    await sendOne({ key: 'a' });
    await inngest.advance(MINUTE);
    expect(durable.executed).toEqual(['run']);
  });
});
