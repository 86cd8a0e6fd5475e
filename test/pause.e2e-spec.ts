import { referenceFunction, type Inngest, type InngestFunction } from 'inngest';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { returned, startFunctions } from './support/sdk-functions.js';
import { itSlowly } from './support/slow-tests.js';

interface FunctionView {
  pause?: { since: string; newRuns: string; underWay: string; waitingCalls: number };
}

interface Outcome {
  function: { id: string };
  run?: { id: string };
  reason?: string;
}

const MINUTE = 60_000;

/** A limit of one call at a time, shared by all functions that have it. */
const SHARED = { limit: 1, scope: 'account', key: '"shared"' } as const;

describe('A paused function', () => {
  let inngest: InngestHarness;
  let ran: string[];
  let ticks: number;
  /** Called by the step "first" of the function "steps". */
  let onFirst: () => Promise<unknown>;
  const paused = new Set<string>();

  const noted = (app: Inngest, id: string, options: object = {}): InngestFunction.Any =>
    app.createFunction({ id, triggers: { event: id }, ...options }, ({ event, events, step }) =>
      step.run('note', () => {
        const names = events.map(({ data }: { data?: unknown }) => (data as { n?: number }).n ?? '');
        ran.push(`${id} ${names.join(',')}`);
        return (event.data as { n?: number }).n ?? null;
      }),
    );

  beforeAll(async () => {
    inngest = await startFunctions((app) => [
      noted(app, 'plain'),
      // One at a time, so that they execute in the order in which they start.
      noted(app, 'urgent', { priority: { run: 'int(event.data.n)' }, concurrency: 1 }),
      noted(app, 'throttled', { throttle: { limit: 1, period: '1m' } }),
      noted(app, 'hurried', { timeouts: { start: '5m', finish: '20m' } }),
      noted(app, 'slow', { timeouts: { start: '5m' }, throttle: { limit: 1, period: '1d' } }),
      noted(app, 'other', { concurrency: SHARED }),
      app.createFunction(
        { id: 'sharing', concurrency: SHARED, triggers: { event: 'sharing' } },
        async ({ step }) => {
          await step.run('first', () => onFirst());
          await step.run('second', () => null);
        },
      ),
      noted(app, 'debounced', { debounce: { period: '1m' } }),
      noted(app, 'batched', { batchEvents: { maxSize: 3, timeout: '1m' } }),
      app.createFunction({ id: 'tick', triggers: { cron: '*/10 * * * *' } }, () => ++ticks),
      app.createFunction({ id: 'steps', triggers: { event: 'steps' } }, async ({ step }) => {
        await step.run('first', () => onFirst().then(() => ran.push('first')));
        await step.run('second', () => ran.push('second'));
        await step.sleep('nap', '1m');
        await step.run('third', () => ran.push('third'));
      }),
      app.createFunction(
        { id: 'finishes', timeouts: { finish: '5m' }, triggers: { event: 'finishes' } },
        async ({ step }) => {
          await step.run('first', () => onFirst());
          await step.sleep('nap', '1m');
        },
      ),
      app.createFunction(
        { id: 'caller', retries: 0, triggers: { event: 'call' } },
        async ({ step, event }) => {
          const { fn } = event.data as { fn: string };
          return step
            .invoke('the call', { function: referenceFunction({ functionId: fn }), data: { n: 7 } })
            .catch((error: Error) => error.message);
        },
      ),
    ]);
  });

  afterAll(() => inngest.close());

  beforeEach(() => {
    ran = [];
    ticks = 0;
    onFirst = () => Promise.resolve();
  });

  // No function stays paused, and no run open.
  afterEach(async () => {
    onFirst = () => Promise.resolve();
    for (const id of paused) await resume(id);
    paused.clear();
    await inngest.allEnded();
  });

  const pause = (id: string, how: object = {}): Promise<{ data: FunctionView }> => {
    paused.add(id);
    return inngest.post(`/api/v2/apps/test/functions/${id}/pause`, how);
  };
  const resume = (id: string): Promise<{ data: FunctionView }> =>
    inngest.post(`/api/v2/apps/test/functions/${id}/resume`);
  const numbered = (name: string, ...numbers: number[]): Promise<string[]> =>
    inngest.send(...numbers.map((n) => ({ name, data: { n } })));
  const outcomes = async (eventId: string | undefined): Promise<Outcome[]> =>
    (await inngest.get<{ data: { outcomes: Outcome[] } }>(`/api/v2/events/${eventId}`)).data.outcomes;
  const skipped = async (id: string): Promise<string[]> =>
    (
      await inngest.get<{ data: { eventName: string; reason: string }[] }>(
        `/api/v2/apps/test/functions/${id}/skipped`,
      )
    ).data.map(({ eventName, reason }) => `${eventName}: ${reason}`);

  it('lets new runs wait, shows why, and starts them in their order when it is resumed', async () => {
    await pause('urgent');
    const ids = await numbered('urgent', 1, 3, 2);
    const [other] = await numbered('plain', 1);
    await inngest.ended(other);
    await inngest.advance(MINUTE);

    expect(ran).toEqual(['plain 1']);
    const [run] = await inngest.runs(ids[0]);
    expect(run).toMatchObject({
      status: 'QUEUED',
      waiting: { reason: expect.stringMatching(/^waiting: its function is paused since \d{4}-/) },
    });
    const { data } = await inngest.get<{ data: FunctionView }>('/api/v2/apps/test/functions/urgent');
    expect(data.pause).toMatchObject({ newRuns: 'wait', underWay: 'finish', waitingCalls: 3 });
    const { data: activity } = await inngest.get<{ data: { functions: { paused: number }[] } }>(
      '/api/v2/activity',
    );
    expect(activity.functions.reduce((sum, fn) => sum + fn.paused, 0)).toBe(3);

    expect((await resume('urgent')).data).not.toHaveProperty('pause');
    await inngest.allEnded();
    expect(ran).toEqual(['plain 1', 'urgent 3', 'urgent 2', 'urgent 1']);
  });

  itSlowly('obeys its throttle when it is resumed', async () => {
    await numbered('throttled', 1, 2);
    await inngest.advance(1_000);
    await pause('throttled');
    await numbered('throttled', 3);
    await inngest.advance(10 * MINUTE);
    expect(ran).toEqual(['throttled 1']);

    await resume('throttled');
    await inngest.advance(1_000);
    expect(ran).toEqual(['throttled 1', 'throttled 2']);
    await inngest.advance(MINUTE);
    expect(ran).toEqual(['throttled 1', 'throttled 2', 'throttled 3']);
  });

  it('finishes runs under way by default', async () => {
    onFirst = () => pause('steps');
    const [id] = await numbered('steps', 1);
    await inngest.ended(id);
    await numbered('steps', 2);
    await inngest.advance(10 * MINUTE);

    expect(ran).toEqual(['first', 'second', 'third']);
  });

  it('lets runs under way wait after their step, if requested', async () => {
    onFirst = () => pause('steps', { underWay: 'wait' });
    const [id] = await numbered('steps', 1);
    await inngest.advance(10 * MINUTE);

    expect(ran).toEqual(['first']);
    const [run] = await inngest.runs(id);
    expect(run).toMatchObject({ status: 'RUNNING', waiting: { reason: expect.stringContaining('paused') } });
    await resume('steps');
    const ended = await inngest.ended(id);
    expect(ended.status).toBe('COMPLETED');
    expect(ran).toEqual(['first', 'second', 'third']);
  });

  it('frees the slot of a run that waits after a step', async () => {
    onFirst = async () => {
      await numbered('other', 1);
      await pause('sharing', { underWay: 'wait' });
    };
    await numbered('sharing', 1);
    await inngest.until(() => ran.length === 1);

    expect(ran).toEqual(['other 1']);
  });

  it('lets a sleeping run wait when it wakes, if requested', async () => {
    const [id] = await numbered('steps', 1);
    await inngest.until(() => ran.length === 2);
    await pause('steps', { underWay: 'wait' });
    await inngest.advance(10 * MINUTE);
    expect(ran).toEqual(['first', 'second']);

    await pause('steps', { underWay: 'finish' });
    expect((await inngest.ended(id)).status).toBe('COMPLETED');
  });

  it('skips new runs if requested, lists them, and fails the steps that invoke it', async () => {
    await pause('plain', { newRuns: 'skip' });
    const [id] = await numbered('plain', 1);
    const [call] = await inngest.send({ name: 'call', data: { fn: 'plain' } });
    const caller = await inngest.ended(call);

    const reason = expect.stringMatching(/^skipped: the function is paused since .*, and skips new runs$/);
    expect(await outcomes(id)).toMatchObject([{ function: { id: 'plain' }, reason }]);
    expect(returned(caller)).toMatch(/"test-plain" was not run: skipped: the function is paused/);
    expect((await skipped('plain')).slice(0, 2)).toEqual([
      expect.stringMatching(/^inngest\/function.invoked: skipped: the function is paused/),
      expect.stringMatching(/^plain: skipped: the function is paused/),
    ]);
    expect(await inngest.post('/api/v2/apps/test/functions/plain/invoke')).toMatchObject({
      errors: [{ message: reason }],
    });

    await resume('plain');
    await numbered('plain', 2);
    await inngest.allEnded();
    expect(ran).toEqual(['plain 2']);
  });

  it('refuses a replay while it skips new runs, and lets it wait otherwise', async () => {
    const [id] = await numbered('plain', 1);
    const run = await inngest.ended(id);
    await pause('plain', { newRuns: 'skip' });
    expect(await inngest.post(`/api/v2/runs/${run.id}/rerun`)).toMatchObject({
      errors: [{ code: 'function_paused' }],
    });
    await pause('plain');
    await inngest.post(`/api/v2/runs/${run.id}/rerun`);
    await inngest.advance(MINUTE);
    expect(ran).toEqual(['plain 1']);
    await resume('plain');
    await inngest.allEnded();
    expect(ran).toEqual(['plain 1', 'plain 1']);
  });

  it('skips the ticks of its schedule, and does not make up for them', async () => {
    await pause('tick');
    await inngest.advance(35 * MINUTE);
    await resume('tick');
    const missed = await skipped('tick');
    await inngest.advance(10 * MINUTE);

    expect(missed.length).toBeGreaterThanOrEqual(3);
    expect(missed[0]).toMatch(/^inngest\/scheduled.timer: skipped: .* schedules are skipped meanwhile$/);
    expect(ticks).toBe(1);
  });

  it('does not count the pause in timeouts.start', async () => {
    await pause('hurried');
    const [id] = await numbered('hurried', 1);
    await inngest.advance(60 * MINUTE);
    expect((await inngest.runs(id))[0]).toMatchObject({ status: 'QUEUED' });

    await resume('hurried');
    expect((await inngest.ended(id)).status).toBe('COMPLETED');
  });

  itSlowly('continues to count timeouts.start after the pause', async () => {
    const [, id] = await numbered('slow', 1, 2);
    await inngest.advance(2 * MINUTE);
    for (let round = 0; round < 2; round++) {
      await pause('slow');
      await inngest.advance(60 * MINUTE);
      await resume('slow');
      await inngest.advance(MINUTE);
    }
    expect((await inngest.runs(id))[0]?.status).toBe('QUEUED');

    await inngest.advance(MINUTE);
    expect((await inngest.runs(id))[0]).toMatchObject({
      status: 'CANCELLED',
      reason: 'cancelled: not started within 5 m',
    });
    expect(ran).toEqual(['slow 1']);
  });

  itSlowly('counts the pause in timeouts.finish', async () => {
    const [id] = await numbered('finishes', 1);
    onFirst = () => pause('finishes', { underWay: 'wait' });
    await inngest.advance(10 * MINUTE);

    expect((await inngest.runs(id))[0]).toMatchObject({
      status: 'CANCELLED',
      reason: 'cancelled: not finished within 5 m of its start',
    });
  });

  it('fills debounces and batches, which wait', async () => {
    await pause('debounced');
    await pause('batched');
    const [first] = await numbered('debounced', 1);
    await numbered('batched', 1);
    await inngest.advance(5 * MINUTE);
    const [second] = await numbered('debounced', 2);
    await numbered('batched', 2);
    await inngest.advance(5 * MINUTE);

    expect(ran).toEqual([]);
    expect((await outcomes(first))[0]?.reason).toMatch(/^skipped: debounced/);
    expect((await outcomes(second))[0]?.reason).toMatch(/; the function is paused since/);

    await resume('debounced');
    await resume('batched');
    await inngest.until(() => ran.length === 2);
    expect(ran.toSorted()).toEqual(['batched 1,2', 'debounced 2']);
  });

  itSlowly('lets a full batch wait as a run, and begins another batch', async () => {
    await pause('batched');
    await numbered('batched', 1, 2, 3, 4);
    await inngest.advance(5 * MINUTE);
    expect(ran).toEqual([]);

    await resume('batched');

    await inngest.until(() => ran.length === 2);
    expect(ran.toSorted()).toEqual(['batched 1,2,3', 'batched 4']);
  });

  it('shows why an invocation waits', async () => {
    await pause('plain');
    const [id] = await inngest.send({ name: 'call', data: { fn: 'plain' } });
    await inngest.advance(MINUTE);
    const [run] = await inngest.runs(id);

    expect(run?.waiting?.reason).toMatch(
      /^waiting for the function it invoked \(step "the call"\); "test-plain" is paused since \d{4}-/,
    );
    await resume('plain');
    expect(returned(await inngest.ended(id))).toBe(7);
  });

  it.each([
    [{ newRuns: 'drop' }, '"newRuns" must be one of wait, skip, not "drop".'],
    [{ underWay: true }, '"underWay" must be one of finish, wait, not true.'],
    [{ until: 'tomorrow' }, 'Unknown in the body: "until".'],
  ])('refuses %j', async (how, message) => {
    expect(await pause('plain', how)).toMatchObject({
      errors: [{ code: 'invalid_request', message: expect.stringContaining(message) }],
    });
  });

  it('is found only by its exact name', async () => {
    expect(await pause('nobody')).toMatchObject({ errors: [{ code: 'not_found' }] });
    expect(await resume('nobody')).toMatchObject({ errors: [{ code: 'not_found' }] });
  });

  it('may have its runs cancelled', async () => {
    await pause('plain');
    const [id] = await numbered('plain', 1);
    await inngest.advance(1_000);
    const [run] = (await inngest.runs(id)) as [Run];
    await inngest.post(`/api/v2/runs/${run.id}/cancel`);
    await resume('plain');
    await inngest.advance(MINUTE);

    expect(ran).toEqual([]);
    expect((await inngest.runs(id))[0]?.status).toBe('CANCELLED');
  });
});
