import { readFile } from 'node:fs/promises';
import { VirtualClock } from '../src/clock/index.js';
import { Settings } from '../src/config/index.js';
import { Timers } from '../src/embedded/timers/timers.js';
import { Service } from '../src/service.js';
import { ask } from './support/bad-input/send-request.js';
import { scrape, type Samples } from './support/metrics.js';
import { InngestHarness } from '../src/testing/nest.js';
import { startFunctions } from './support/sdk-functions.js';
import { itSlowly } from './support/slow-tests.js';

const SECOND = 1_000;

describe('GET /metrics', () => {
  let clock: VirtualClock;
  let service: Service;

  const start = async (variables: Record<string, string> = {}): Promise<void> => {
    clock = new VirtualClock();
    const settings = Settings.from({
      PORT: '0',
      INNGEST_EMBEDDED_PORT: '0',
      INNGEST_EMBEDDED_DATA: ':memory:',
      ...variables,
    });
    service = await Service.start(settings, { clock, logger: false });
    await new Promise<void>((resolve) => {
      if (service.registration.state === 'registered') resolve();
      service.registration.onChange((state) => state === 'registered' && resolve());
    });
  };
  afterEach(() => service.stop());

  const request = async (task: object): Promise<void> => {
    const response = await fetch(`${service.url}/demo-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(task),
    });
    expect(response.status).toBe(202);
  };
  const metrics = (): Promise<Samples> => scrape(service.metricsUrl ?? service.url);
  const of = (name: string, labels: Record<string, string>): string =>
    `${name}{${Object.entries({ function: 'demo-task', ...labels })
      .map(([label, value]) => `${label}="${value}"`)
      .join(',')}}`;

  it('counts runs by outcome, and attempts of steps with how long they took', async () => {
    await start();
    await request({ taskId: 'good', delayMs: 3 * SECOND });
    await request({ taskId: 'retried', delayMs: 0, simulateFailure: true, failAttempts: 1 });
    await request({ taskId: 'lost', delayMs: 0, simulateFailure: true });
    let read: Samples = {};
    await clock.pass(async () => {
      read = await metrics();
      const ended = ['completed', 'failed'].map(
        (outcome) => read[of('inngest_runs_total', { outcome })] ?? 0,
      );
      const handler = read[of('inngest_runs_total', { function: 'demo-task-failure', outcome: 'completed' })];
      return (ended[0] ?? 0) + (ended[1] ?? 0) === 3 && handler !== undefined;
    });

    expect(read[of('inngest_runs_total', { function: 'demo-task-failure', outcome: 'completed' })]).toBe(1);

    const step = 'step-4-simulate-api-call';
    const attempts = (outcome: string): number | undefined =>
      read[of('inngest_step_attempts_total', { step, outcome })];
    expect(read[of('inngest_runs_total', { outcome: 'completed' })]).toBe(2);
    expect(read[of('inngest_runs_total', { outcome: 'failed' })]).toBe(1);
    expect([attempts('completed'), attempts('failed')]).toEqual([2, 1]);
    expect(attempts('retried')).toBeGreaterThan(1);

    const delay = { step: 'step-3-simulate-delay' };
    expect(read[of('inngest_step_duration_seconds_count', delay)]).toBe(3);
    expect(read[of('inngest_step_duration_seconds_sum', delay)]).toBeCloseTo(3, 1);
  });

  it('tells of the process, and how the registration stands', async () => {
    await start();
    const read = await metrics();
    expect(read).toMatchObject({
      'inngest_registration_state{state="registered"}': 1,
      'inngest_registration_state{state="unreachable"}': 0,
      inngest_calls_in_flight: 0,
      inngest_embedded_up: 1,
    });
    for (const name of ['nodejs_eventloop_lag_p99_seconds', 'process_cpu_seconds_total']) {
      expect(read).toHaveProperty([name], expect.any(Number));
    }
  });

  it('has every metric that the documents name', async () => {
    await start();
    const text = await (await fetch(`${service.url}/metrics`)).text();
    for (const file of ['docs/operations.md', 'docs/monitoring.md']) {
      const names = (await readFile(file, 'utf8')).match(
        /\b(inngest|nodejs|process)_[a-z0-9_]*[a-z0-9]\b(?!_)/g,
      );
      expect(names).not.toBeNull();
      for (const name of new Set(names)) expect(text).toContain(`# TYPE ${name} `);
    }
  });

  itSlowly('tells which calls are under way, and what others wait for', async () => {
    await start();
    for (let n = 0; n < 30; n++) await request({ taskId: `task-${n}`, delayMs: 20 * SECOND });
    await clock.advance(10 * SECOND);
    const read = await metrics();
    const queued = (reason: string): (number | undefined)[] => [
      read[`inngest_embedded_queue_calls{reason="${reason}"}`],
      read[`inngest_embedded_oldest_call_seconds{reason="${reason}"}`],
    ];
    expect(read['inngest_calls_in_flight']).toBe(10);
    expect(queued('running')).toEqual([10, expect.closeTo(10, 0)]);
    expect(queued('concurrency')).toEqual([20, expect.closeTo(10, 0)]);
    expect(queued('throttle')).toEqual([0, 0]);
    await clock.advance(120 * SECOND);
  });

  it('has a port of its own with METRICS_PORT, and is not on the port of the worker', async () => {
    await start({ METRICS_PORT: '0' });
    expect(new URL(service.metricsUrl!).port).not.toBe(new URL(service.url).port);
    expect(await metrics()).toHaveProperty('inngest_calls_in_flight', 0);
    expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
    expect((await fetch(`${service.metricsUrl}/demo-tasks`)).status).toBe(404);
    expect((await fetch(`${service.metricsUrl}/metrics`, { method: 'POST' })).status).toBe(405);
    const rebound = { method: 'GET', path: '/metrics', headers: { host: 'evil.example' } };
    expect((await ask(service.metricsUrl!, rebound)).status).toBe(403);
  });
});

describe('The load of the embedded server', () => {
  let inngest: InngestHarness;
  afterEach(() => inngest.close());

  it('has what was set aside, by kind', async () => {
    inngest = await startFunctions(() => []);
    const timers = inngest.server.app.get(Timers);
    timers.on('poison', () => {
      throw new Error('a bug');
    });
    const at = inngest.clock.now();
    timers.set({ id: 'poison', kind: 'poison', at, scale: 'steady', runId: null, payload: null });
    await inngest.advance(130 * SECOND);
    expect((await inngest.server.load()).setAside).toEqual({ call: 0, timer: 1, event: 0, job: 0 });
  });

  itSlowly('counts queues of any length, each call once', async () => {
    inngest = await startFunctions((client) => [
      client.createFunction(
        { id: 'slow', triggers: { event: 'go' }, concurrency: { limit: 1, key: 'event.data.key' } },
        ({ step }) => step.run('nap', () => inngest.clock.sleep(60 * SECOND)),
      ),
    ]);
    const events = Array.from({ length: 450 }, (_, n) => ({ name: 'go', data: { key: n % 3 } }));
    await inngest.send(...events);
    await inngest.advance(5 * SECOND);
    const { queue } = await inngest.server.load();
    const calls = Object.fromEntries(queue.map((depth) => [depth.reason, depth.calls]));
    expect(calls).toMatchObject({ running: 3, concurrency: 447, ready: 0, delayed: 0 });
  });
});
