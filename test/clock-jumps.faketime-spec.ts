import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { Inngest, RetryAfterError, type InngestFunction } from 'inngest';
import { serve } from 'inngest/express';
import { FakeTime } from './support/fake-time.js';
import { CompiledSources, MainProcess } from './support/main-process.js';
import { silent } from './support/sdk-functions.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** The longest delay after a jump, in milliseconds of real time. */
const LATE = 30 * SECOND;
const LONG = 150 * SECOND;

/** Half past an hour, so that no hourly tick is near. */
const HALF_PAST = Math.floor(Date.now() / HOUR) * HOUR + HOUR / 2;

let sources: CompiledSources;
let folder: string;
let time: FakeTime;
let main: MainProcess;
let inngest: string;
let http: Server;
/** What was executed, and when (`performance.now()`). */
let executed: { what: string; at: number }[];

beforeAll(async () => {
  sources = await CompiledSources.create();
});

afterAll(() => sources.remove());

afterEach(async () => {
  main.send('SIGKILL');
  await main.ended;
  http.closeAllConnections();
  http.close();
  time.remove();
  rmSync(folder, { recursive: true });
});

/** Starts the program with its wall clock at `wall`. This process serves the functions; their durations are `duration`. */
async function start(wall: number, duration: string): Promise<void> {
  executed = [];
  folder = mkdtempSync(join(tmpdir(), 'clock-jumps-'));
  time = new FakeTime(wall);
  main = MainProcess.start(sources, {
    ...time.variables,
    PORT: '0',
    INNGEST_EMBEDDED_PORT: '0',
    INNGEST_EMBEDDED_DATA: join(folder, 'inngest.db'),
  });
  [, inngest = ''] = await main.printed(/Inngest +(http:\S+)/);
  await main.printed(/Registered functions/);
  const client = new Inngest({ id: 'test', baseUrl: inngest, isDev: true, eventKey: 'test', logger: silent });
  const app = express();
  app.use('/api/inngest', express.json(), serve({ client, functions: functions(client, duration) }));
  http = app.listen(0, '127.0.0.1');
  await once(http, 'listening');
  const url = `http://localhost:${(http.address() as AddressInfo).port}/api/inngest`;
  expect((await fetch(url, { method: 'PUT' })).status).toBe(200);
}

function functions(client: Inngest, duration: string): InngestFunction.Any[] {
  const note = (what: string): void => void executed.push({ what, at: performance.now() });
  const simple = (id: string, config: object = {}) =>
    client.createFunction({ id, triggers: { event: id }, ...config }, () => note(id));
  return [
    client.createFunction({ id: 'sleep', triggers: { event: 'sleep' } }, async ({ step }) => {
      await step.sleep('nap', duration);
      note('sleep');
    }),
    client.createFunction({ id: 'retry', triggers: { event: 'retry' } }, ({ attempt }) => {
      if (attempt === 0) throw new RetryAfterError('not yet', duration);
      note('retry');
    }),
    simple('throttle', { throttle: { limit: 1, period: duration } }),
    simple('debounce', { debounce: { period: duration } }),
    simple('batch', { batchEvents: { maxSize: 10, timeout: duration } }),
    client.createFunction({ id: 'until', triggers: { event: 'until' } }, async ({ event, step }) => {
      await step.sleepUntil('date', new Date((event.data as { at: number }).at));
      note('until');
    }),
    client.createFunction({ id: 'hourly', triggers: { cron: '0 * * * *' } }, () => note('hourly')),
    client.createFunction({ id: 'minutely', triggers: { cron: '* * * * *' } }, () => note('minutely')),
  ];
}

const DURATIONS = ['sleep', 'retry', 'throttle', 'debounce', 'batch'];

/** Sends all events. Their date is `dateMs` ahead of the wall clock. Returns the current time (`performance.now()`). */
async function beginAll(dateMs: number): Promise<number> {
  const at = time.now + dateMs;
  const events = ['throttle', ...DURATIONS, 'until'].map((name) => ({ name, data: { at } }));
  await fetch(`${inngest}/e/test`, { method: 'POST', body: JSON.stringify(events) });
  await until(() => names().includes('throttle'), 10 * SECOND);
  executed.length = 0;
  return performance.now();
}

const names = (): string[] =>
  executed
    .map(({ what }) => what)
    .filter((what) => what !== 'minutely')
    .toSorted();

async function until(condition: () => boolean, ms: number): Promise<void> {
  const end = performance.now() + ms;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`Not within ${ms} ms; so far: ${JSON.stringify(executed)}`);
    await sleep(50);
  }
}

describe('The built program, when its wall clock', () => {
  it(
    'is set forward by a day: what is due by then happens within 30 s, once',
    async () => {
      await start(HALF_PAST, '9m');
      await beginAll(3 * HOUR);
      await sleep(2 * SECOND);
      expect(names()).toEqual([]);

      time.jump(DAY);
      await until(() => names().length >= DURATIONS.length + 2, LATE);
      await sleep(15 * SECOND);

      expect(names()).toEqual([...DURATIONS, 'hourly', 'until'].toSorted());
      await main.printed(/The wall clock moved forward by 1 d/);
    },
    LONG,
  );

  it(
    'is put back by an hour: durations end at most 30 s late, dates follow it',
    async () => {
      const durationMs = 20 * SECOND;
      await start(HALF_PAST, '20s');
      const begun = await beginAll(durationMs);
      await sleep(2 * SECOND);

      time.jump(-HOUR);
      await until(() => names().length >= DURATIONS.length, durationMs + LATE);
      expect(names()).toEqual(DURATIONS.toSorted());
      for (const { what, at } of executed.filter(({ what }) => DURATIONS.includes(what))) {
        // A tolerance of a second, because this process measures the time and another one waits.
        expect({ what, early: at - begun < durationMs - SECOND }).toEqual({ what, early: false });
      }
      await sleep(15 * SECOND);
      expect(names()).toEqual(DURATIONS.toSorted());

      time.jump(HOUR);
      await until(() => names().includes('until'), LATE);
      await main.printed(/The wall clock was put back by 1 h/);
    },
    LONG,
  );

  it(
    'is put back to before a tick: the tick is not repeated',
    async () => {
      await start(HALF_PAST + 45 * SECOND, '20s');
      const ticks = (): number => executed.filter(({ what }) => what === 'minutely').length;
      await until(() => ticks() === 1, 40 * SECOND);

      time.jump(-20 * SECOND);
      await sleep(40 * SECOND);

      expect(ticks()).toBe(1);
      await until(() => ticks() === 2, 60 * SECOND);
    },
    LONG,
  );
});
