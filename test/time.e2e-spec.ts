import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RetryAfterError, type Inngest } from 'inngest';
import { FakeMachine } from './support/fake-machine.js';
import type { Run } from '../src/testing/nest.js';
import { MachineInngest } from './support/machine-inngest.js';
import { itSlowly } from './support/slow-tests.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The longest time that the system clock takes to notice that it was set, in milliseconds. */
const LOOK = 10 * SECOND;
/** Midnight. Each full hour has a tick. */
const START = Date.UTC(2026, 0, 1);

const DURATION = '40s';
const DURATION_MS = 40 * SECOND;

let machine: FakeMachine;
let inngest: MachineInngest;
let folder: string;
/** What was executed, and the time of the wall clock at the execution. */
let executed: { what: string; at: number }[];

beforeEach(async () => {
  machine = new FakeMachine(START + 30 * SECOND);
  folder = mkdtempSync(join(tmpdir(), 'time-'));
  executed = [];
  inngest = await MachineInngest.start(machine, functions, join(folder, 'inngest.db'));
});

afterEach(async () => {
  await inngest.close();
  rmSync(folder, { recursive: true });
});

function functions(client: Inngest) {
  const note = (what: string): void => void executed.push({ what, at: machine.time });
  const simple = (id: string, config: object = {}) =>
    client.createFunction({ id, triggers: { event: id }, ...config }, () => note(id));
  return [
    client.createFunction({ id: 'sleep', triggers: { event: 'sleep' } }, async ({ step }) => {
      await step.sleep('nap', DURATION);
      note('sleep');
    }),
    client.createFunction({ id: 'retry', triggers: { event: 'retry' } }, ({ attempt }) => {
      if (attempt === 0) throw new RetryAfterError('not yet', DURATION);
      note('retry');
    }),
    client.createFunction({ id: 'backoff', triggers: { event: 'backoff' } }, ({ attempt }) => {
      if (attempt === 0) throw new Error('failed');
      note('backoff');
    }),
    client.createFunction({ id: 'wait', triggers: { event: 'wait' } }, async ({ step }) => {
      const answer = await step.waitForEvent('answer', { event: 'answer', timeout: DURATION });
      note(answer === null ? 'wait' : 'wait answered');
    }),
    client.createFunction(
      { id: 'slow', triggers: { event: 'slow' }, timeouts: { finish: DURATION } },
      async ({ step }) => {
        await step.sleep('nap', '7d');
        note('slow');
      },
    ),
    simple('throttle', { throttle: { limit: 1, period: DURATION } }),
    simple('debounce', { debounce: { period: DURATION } }),
    simple('batch', { batchEvents: { maxSize: 10, timeout: DURATION } }),
    simple('priority', { priority: { run: '-40' } }),
    client.createFunction({ id: 'until', triggers: { event: 'until' } }, async ({ event, step }) => {
      await step.sleepUntil('date', new Date((event.data as { at: number }).at));
      note('until');
    }),
    simple('later'),
    client.createFunction({ id: 'hourly', triggers: { cron: '0 * * * *' } }, () => note('hourly')),
  ];
}

/** The steps that end after {@link DURATION}, or up to 5 s later. */
const DURATIONS = ['sleep', 'retry', 'wait', 'throttle', 'debounce', 'batch', 'priority'];
/** The steps that end at a date. */
const DATES = ['until', 'later'];

/** Starts everything. The dates are `DURATION_MS` ahead on the wall clock. Returns the ids of the events. */
async function beginAll(): Promise<Record<string, string>> {
  const at = machine.time + DURATION_MS;
  const ids: Record<string, string> = {};
  await inngest.send({ name: 'throttle' });
  for (const name of [...DURATIONS, 'backoff', 'slow']) ids[name] = await inngest.send({ name });
  ids['until'] = await inngest.send({ name: 'until', data: { at } });
  ids['later'] = await inngest.send({ name: 'later', ts: at });
  // The throttle lets the first run start immediately.
  expect(names()).toEqual(['throttle']);
  executed.length = 0;
  return ids;
}

const names = (): string[] => executed.map(({ what }) => what).toSorted();
const timesOf = (what: string): number[] =>
  executed.filter((one) => one.what === what).map(({ at }) => at - START);

async function run(eventId: string | undefined): Promise<Run> {
  const [first] = await inngest.runs(eventId!);
  return first!;
}

describe('When the wall clock is set forward by a day, or the machine sleeps for one,', () => {
  it('everything that is due by then happens once, within 10 s, and one of the missed ticks is made up', async () => {
    const { slow } = await beginAll();
    await inngest.pass(5 * SECOND);

    machine.suspend(DAY);
    await inngest.pass(LOOK);

    expect(names()).toEqual([...DURATIONS, ...DATES, 'backoff', 'hourly'].toSorted());
    expect((await run(slow)).reason).toBe('cancelled: not finished within 40 s of its start');
    executed.length = 0;
    await inngest.pass(2 * HOUR);
    expect(names()).toEqual(['hourly', 'hourly']);
  });
});

describe('When the wall clock is put back by an hour,', () => {
  const putBack = (): void => machine.setWallClock(-HOUR);

  it('durations end when they would have', async () => {
    const { slow } = await beginAll();
    await inngest.pass(5 * SECOND);

    putBack();
    await inngest.pass(DURATION_MS - 5 * SECOND - 1);
    expect(names().filter((what) => what !== 'backoff')).toEqual([]);
    await inngest.pass(5 * SECOND + 1);

    expect(names().filter((what) => what !== 'backoff')).toEqual(DURATIONS.toSorted());
    expect((await run(slow)).reason).toBe('cancelled: not finished within 40 s of its start');
    await inngest.pass(LOOK);
    expect(timesOf('backoff')).toHaveLength(1);
  });

  itSlowly('later durations have their usual length', async () => {
    putBack();
    await inngest.pass(LOOK);
    await beginAll();

    await inngest.pass(DURATION_MS - 1);
    expect(names().filter((what) => what !== 'backoff')).toEqual([]);
    await inngest.pass(5 * SECOND + 1);

    expect(names().filter((what) => what !== 'backoff')).toEqual([...DURATIONS, ...DATES].toSorted());
  });

  it('dates follow it', async () => {
    await beginAll();
    const at = machine.time - START + DURATION_MS;
    await inngest.pass(5 * SECOND);

    putBack();
    await inngest.pass(HOUR);
    expect(names().filter((what) => DATES.includes(what))).toEqual([]);
    await inngest.pass(DURATION_MS);

    for (const what of DATES) expect(timesOf(what)).toEqual([at]);
  });

  it('no tick happens twice', async () => {
    await inngest.pass(HOUR);
    expect(timesOf('hourly')).toEqual([HOUR]);

    putBack();
    await inngest.pass(2 * HOUR);

    expect(timesOf('hourly')).toEqual([HOUR, 2 * HOUR]);
  });

  itSlowly('earlier runs go before later ones', async () => {
    const first = await inngest.send({ name: 'throttle' });
    const second = await inngest.send({ name: 'throttle' });
    putBack();
    await inngest.pass(SECOND);
    const third = await inngest.send({ name: 'throttle' });

    await inngest.pass(DURATION_MS);

    expect((await run(first)).status).toBe('COMPLETED');
    expect((await run(second)).status).toBe('COMPLETED');
    expect((await run(third)).status).toBe('QUEUED');
  });

  itSlowly('and later put right, nothing is early', async () => {
    await beginAll();
    await inngest.pass(5 * SECOND);
    putBack();
    await inngest.pass(5 * SECOND);

    machine.setWallClock(HOUR);
    await inngest.pass(DURATION_MS - 10 * SECOND - 1);
    expect(names().filter((what) => what !== 'backoff')).toEqual([]);
    await inngest.pass(5 * SECOND + 1);

    expect(names().filter((what) => what !== 'backoff')).toEqual([...DURATIONS, ...DATES].toSorted());
  });

  itSlowly('and later put right, an awaited event is still in time', async () => {
    putBack();
    await inngest.pass(LOOK);
    await inngest.send({ name: 'wait' });
    machine.setWallClock(HOUR);
    await inngest.pass(5 * SECOND);

    await inngest.send({ name: 'answer' });

    expect(names().filter((what) => what !== 'hourly')).toEqual(['wait answered']);
  });

  itSlowly('no run has a negative duration', async () => {
    const id = await inngest.send({ name: 'sleep' });
    putBack();
    await inngest.pass(DURATION_MS);

    expect(await run(id)).toMatchObject({ status: 'COMPLETED', durationMs: '0' });
  });

  itSlowly('people see the times that it will show', async () => {
    const ids = await beginAll();
    await inngest.pass(5 * SECOND);
    putBack();
    await inngest.pass(SECOND);

    const ends = new Date(machine.time + DURATION_MS - 6 * SECOND).toISOString();
    expect((await run(ids['sleep'])).waiting).toEqual({ reason: 'sleeping (step "nap")', until: ends });
    expect((await run(ids['priority'])).waiting).toEqual({
      reason: `delayed by its negative priority until ${ends}`,
      until: ends,
    });
    expect((await run(ids['throttle'])).waiting?.reason).toBe(`throttled until ${ends}`);
    expect((await run(ids['retry'])).waiting?.reason).toMatch(/^waiting for its retry until 2025-12-31T23:/);
    expect((await run(ids['until'])).waiting?.until).toBe(new Date(START + 70 * SECOND).toISOString());
  });

  itSlowly('a restarted server continues the stored durations', async () => {
    await beginAll();
    await inngest.pass(5 * SECOND);
    putBack();
    await inngest.pass(5 * SECOND);

    await inngest.restart(10 * SECOND);
    await inngest.pass(DURATION_MS - 20 * SECOND - 1);
    expect(names().filter((what) => what !== 'backoff')).toEqual([]);
    await inngest.pass(5 * SECOND + 1);

    expect(names().filter((what) => what !== 'backoff')).toEqual(DURATIONS.toSorted());
  });
});
