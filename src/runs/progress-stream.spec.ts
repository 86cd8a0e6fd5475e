import { Inngest } from 'inngest';
import { ulid } from 'ulid';
import { FakeInngest, type FakeRun } from '../../test/support/fake-inngest.js';
import { VirtualClock } from '../clock/index.js';
import type { InngestRegistration } from '../inngest/index.js';
import { ChangeNotices } from './change-notices.js';
import { InngestApi } from './inngest-api.js';
import { ProgressStream } from './progress-stream.js';
import { RunsService } from './runs.service.js';

const NOW = Date.UTC(2026, 10, 23, 13, 49);
const at = (seconds: number): string => new Date(NOW + seconds * 1_000).toISOString();
const DAY_S = 24 * 60 * 60;

/** A listener to a run, on an Inngest server without a stream of changes. */
class Listener {
  readonly told: string[] = [];
  private readonly leaving = new AbortController();
  private over = false;

  constructor(private readonly stream: ProgressStream) {}

  async listen(eventId: string): Promise<void> {
    const followed = await this.stream.follow(eventId, 'go', 'demo-task');
    if (!followed) throw new Error('The event is unknown.');
    void (async () => {
      for await (const { event } of followed.progress(this.leaving.signal)) this.told.push(event.type);
      this.over = true;
      followed.leave();
    })();
  }

  get isOver(): boolean {
    return this.over;
  }

  leave(): void {
    this.leaving.abort();
  }
}

describe('Progress from an Inngest that does not tell of changes', () => {
  let inngest: FakeInngest;
  let clock: VirtualClock;
  let stream: ProgressStream;
  let reads: jest.SpiedFunction<RunsService['ofEvent']>;

  beforeEach(async () => {
    inngest = await FakeInngest.start();
    clock = new VirtualClock(NOW);
    const api = new InngestApi(new Inngest({ id: inngest.appId, baseUrl: inngest.url, isDev: true }));
    const registration = { registeredSince: NOW - 120_000 } as InngestRegistration;
    const runs = new RunsService(api, registration, clock);
    reads = jest.spyOn(runs, 'ofEvent');
    stream = new ProgressStream(runs, new ChangeNotices(api, clock), clock);
  });

  afterEach(async () => {
    stream.onModuleDestroy();
    await inngest.close();
  });

  function sleeping(until: string): { run: FakeRun; eventId: string } {
    const run: FakeRun = {
      id: ulid(NOW),
      status: 'RUNNING',
      queuedAt: at(0),
      startedAt: at(0),
      waiting: { reason: 'sleep', until },
    };
    return { run, eventId: inngest.addEvent('go', {}, NOW - 60_000, [run]) };
  }

  /** Lets time pass in steps. After each step, waits until the pending reads are done. */
  async function pass(seconds: number, step = 0.5): Promise<void> {
    for (let passed = 0; passed < seconds; passed += step) {
      await clock.advance(step * 1_000);
      await Promise.allSettled(reads.mock.results.map(({ value }) => value as Promise<unknown>));
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('is read less and less often while a run sleeps', async () => {
    const { eventId } = sleeping(at(DAY_S));
    const listener = new Listener(stream);
    await listener.listen(eventId);
    await pass(60);
    const inTheFirstMinute = reads.mock.calls.length;
    await pass(600, 5);
    const inTenMinutes = reads.mock.calls.length - inTheFirstMinute;
    listener.leave();

    expect(inTheFirstMinute).toBeLessThan(10);
    expect(inTenMinutes).toBeLessThanOrEqual(25);
    expect(inTenMinutes).toBeGreaterThan(10);
    expect(listener.told).toEqual(['queued', 'started', 'waiting']);
  });

  it('is read at once when the sleep is over, and often again when something has changed', async () => {
    const { run, eventId } = sleeping(at(40));
    const listener = new Listener(stream);
    await listener.listen(eventId);
    await pass(39);
    delete run.waiting;
    Object.assign(run, { status: 'COMPLETED', endedAt: at(40) });
    await pass(2);

    expect(listener.told.at(-1)).toBe('ended');
    expect(listener.isOver).toBe(true);
  });

  it('is read once for all that listen', async () => {
    const { eventId } = sleeping(at(DAY_S));
    const listeners = Array.from({ length: 100 }, () => new Listener(stream));
    await Promise.all(listeners.map((listener) => listener.listen(eventId)));
    await pass(3);
    for (const listener of listeners) listener.leave();

    expect(reads.mock.calls.length).toBeLessThanOrEqual(4);
    expect(listeners.every(({ told }) => told.length === 3)).toBe(true);
  });

  it('goes on when Inngest is back', async () => {
    const { run, eventId } = sleeping(at(DAY_S));
    const listener = new Listener(stream);
    await listener.listen(eventId);
    inngest.instead = { status: 503, body: '' };
    await pass(5);
    inngest.instead = undefined;
    delete run.waiting;
    Object.assign(run, { status: 'FAILED', endedAt: at(4), output: { name: 'Error', message: 'no' } });
    await pass(10);

    expect(listener.told).toEqual(['queued', 'started', 'waiting', 'ended']);
  });

  it('asks anew for an event that has a replay after its end', async () => {
    const { run, eventId } = sleeping(at(DAY_S));
    delete run.waiting;
    Object.assign(run, { status: 'COMPLETED', endedAt: at(1) });
    const first = await stream.follow(eventId, 'go', 'demo-task');
    const again: FakeRun = { id: ulid(NOW + 5_000), status: 'RUNNING', queuedAt: at(5), startedAt: at(5) };
    inngest.runs.set(eventId, [again, run]);
    const listener = new Listener(stream);
    await listener.listen(eventId);
    await pass(1);
    first?.leave();
    listener.leave();

    expect(listener.told).toEqual(['queued', 'started']);
  });
});
