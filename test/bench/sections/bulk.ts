import { monitorEventLoopDelay } from 'node:perf_hooks';
import { SystemClock } from '../../../src/clock/index.js';
import { EmbeddedInngest } from '../../../src/embedded/index.js';
import { EventIntake } from '../../../src/embedded/intake/event-intake.js';
import { WaitForEvent } from '../../../src/embedded/ops/wait-for-event.js';
import { Sleep } from '../../../src/embedded/ops/sleep.js';
import { Registration } from '../../../src/embedded/registration/registration.js';
import { Database } from '../../../src/embedded/store/database.js';
import { uuidFor } from '../../../src/embedded/store/ids.js';
import { JobStore } from '../../../src/embedded/store/job.store.js';
import { OutboxStore } from '../../../src/embedded/store/outbox.store.js';
import { QueueStore } from '../../../src/embedded/store/queue.store.js';
import { RunStore, type Run } from '../../../src/embedded/store/run.store.js';
import { TimerStore } from '../../../src/embedded/store/timer.store.js';

const APP_URL = 'http://localhost:1/api/inngest';
const FUNCTION = uuidFor('function', 'bulk-fn');
/** With its name, id and time, an event has about 300 bytes. */
const FILLER = 'x'.repeat(180);
const EVENTS_AT_ONCE = 2_000;

const SLEEPS = '50,000 sleeps due at once';

/** The cost of a piece of bulk work. */
export interface BulkCost {
  /** The time until the work was done, in milliseconds. */
  took: number;
  /** The 99th percentile and the maximum of the event loop's delay during the work, in milliseconds. */
  p99: number;
  worst: number;
}

/**
 * Prepares the server and returns the work to measure. The work resolves with the milliseconds that it spent waiting, if any. The
 * measurement ends when nothing is left to do.
 */
type Scene = (stage: BulkStage) => Promise<() => Promise<number | void>>;

/** The limits keep all runs queued, because there is no app to call. */
const HELD = { concurrency: [{ limit: 1 }], throttle: { limit: 1, period: '7d' } };

export const scenes: Record<string, Scene> = {
  'an event, 10,000 waits for its name': async (stage) => {
    await stage.queueRuns(10_000);
    for (const run of stage.queued()) stage.waitForUser(run);
    return () => stage.send('answer', 1);
  },
  'a batch of 10,000 events': async (stage) => {
    await stage.register({ batchEvents: { maxSize: 10_000, timeout: '60s' } });
    await stage.send('go', 9_999);
    await stage.idle();
    return () => stage.send('go', 1);
  },
  'a cancellation of 30,000 runs': async (stage) => {
    await stage.queueRuns(30_000);
    return () => stage.cancelAll();
  },
  'a limit that changes, 50,000 queued': async (stage) => {
    await stage.queueRuns(50_000);
    return () => stage.register({ ...HELD, concurrency: [{ limit: 1, key: 'event.data.user' }] });
  },
  [SLEEPS]: async (stage) => {
    await stage.queueRuns(50_000);
    return stage.sleepAll();
  },
  '5,000 events in one request': async (stage) => {
    await stage.register(HELD);
    return () => stage.request(5_000);
  },
};

/** Prepares a scene on the data file and measures it. */
export async function bulk(scene: string, dataFile: string): Promise<BulkCost> {
  const stage = await BulkStage.start(dataFile);
  const work = await (scenes[scene] as Scene)(stage);
  if (scene !== SLEEPS) await stage.idle();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const begun = performance.now();
  const waited = (await work()) ?? 0;
  await stage.idle();
  const took = performance.now() - begun - waited;
  delay.disable();
  await stage.close();
  return { took, p99: delay.percentile(99) / 1e6, worst: delay.max / 1e6 };
}

class BulkStage {
  private constructor(
    private readonly server: EmbeddedInngest,
    private readonly clock: SystemClock,
  ) {}

  static async start(dataFile: string): Promise<BulkStage> {
    const clock = new SystemClock();
    return new BulkStage(await EmbeddedInngest.start({ port: 0, clock, logger: false, dataFile }), clock);
  }

  async register(config: object): Promise<void> {
    const step = { step: { id: 'step', name: 'step', runtime: { type: 'http', url: APP_URL } } };
    const triggers = [{ event: 'go' }];
    const functions = [{ id: 'bulk-fn', name: 'bulk', triggers, steps: step, ...config }];
    const registration = { appName: 'bulk', url: APP_URL, functions };
    await this.server.app
      .get(Registration)
      .register(registration, { kind: 'answer', from: APP_URL, isNamed: true });
  }

  async queueRuns(count: number): Promise<void> {
    await this.register(HELD);
    await this.send('go', count);
    await this.idle();
  }

  async send(name: string, count: number): Promise<void> {
    const intake = this.server.app.get(EventIntake);
    for (let first = 0; first < count; first += EVENTS_AT_ONCE) {
      await intake.accept(events(name, first, Math.min(EVENTS_AT_ONCE, count - first)));
    }
  }

  async request(count: number): Promise<void> {
    const body = JSON.stringify(events('go', 0, count));
    await (await fetch(`${this.server.url}/e/key`, { method: 'POST', body })).text();
  }

  async cancelAll(): Promise<void> {
    await fetch(`${this.server.url}/v1/cancellations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        app_id: 'bulk',
        function_id: 'bulk-fn',
        started_before: new Date(this.clock.now()).toISOString(),
      }),
    });
  }

  queued(): Run[] {
    const runs = this.server.app.get(RunStore);
    return runs.unfinishedPage(FUNCTION, { after: '', ...runs.unfinishedOf(FUNCTION) }, 1_000_000);
  }

  waitForUser(run: Run): void {
    const handler = this.server.app.get(WaitForEvent);
    const op = handler.parse({
      id: 'step-1',
      op: 'WaitForEvent',
      name: 'answer',
      opts: { event: 'answer', timeout: '1h', if: 'async.data.user == event.data.user' },
    });
    this.server.app.get(Database).transaction(() => {
      handler.apply(op, { run, now: this.clock.now(), setBack: 0 } as never);
    });
  }

  /** Puts all queued runs to sleep until the same time. Returns a function that waits until then. */
  async sleepAll(): Promise<() => Promise<number>> {
    const handler = this.server.app.get(Sleep);
    const until = this.clock.now() + 30_000;
    const op = handler.parse({ id: 'step-1', op: 'Sleep', name: new Date(until).toISOString() });
    for (const run of this.queued()) {
      handler.apply(op, { run, now: this.clock.now(), setBack: 0 } as never);
    }
    return async () => {
      const left = until - this.clock.now();
      if (left < 0) throw new Error('The machine is too slow to set the sleeps up in time.');
      await new Promise((resolve) => setTimeout(resolve, left));
      return left;
    };
  }

  /** Waits until nothing is due. */
  async idle(): Promise<void> {
    const get = this.server.app.get.bind(this.server.app);
    const isBusy = (): boolean =>
      get(OutboxStore, { strict: false }).next() !== undefined ||
      get(JobStore, { strict: false }).next() !== undefined ||
      (get(TimerStore, { strict: false }).next('due', 'wall') ?? Infinity) <= this.clock.now() ||
      (get(QueueStore, { strict: false }).nextReady() ?? Infinity) <= this.clock.now();
    do await new Promise((resolve) => setTimeout(resolve, 20));
    while (isBusy());
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

function events(
  name: string,
  first: number,
  count: number,
): { name: string; data: Record<string, unknown> }[] {
  return Array.from({ length: count }, (_, index) => ({
    name,
    data: { user: `user-${first + index}`, filler: FILLER },
  }));
}
