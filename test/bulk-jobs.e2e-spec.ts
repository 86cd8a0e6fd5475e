import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JobRunner } from '../src/embedded/jobs/job-runner.js';
import { LimitChanges } from '../src/embedded/queue/limit-changes.js';
import { uuidFor } from '../src/embedded/store/ids.js';
import { RunStore, type Run } from '../src/embedded/store/run.store.js';
import { CountedServer } from './support/counted-server.js';
import { itSlowly } from './support/slow-tests.js';

const FUNCTION = uuidFor('function', 'test-fn');
const SECOND = 1_000;

interface BulkJob {
  kind: string;
  total: number;
  done: number;
  endedAt?: string;
  setAsideAt?: string;
  error?: string;
}

function users(count: number, from = 0): { user: string }[] {
  return Array.from({ length: count }, (_, index) => ({ user: `user-${from + index}` }));
}

function unfinished(server: CountedServer): Run[] {
  const runs = server.get(RunStore);
  return runs.unfinishedPage(FUNCTION, { after: '', ...runs.unfinishedOf(FUNCTION) }, 1_000_000);
}

describe('Bulk work', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jobs-'));
  let server: CountedServer;

  afterEach(() => server.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = async (config: object, dataFile?: string): Promise<void> => {
    server = await CountedServer.start([{ id: 'test-fn', ...config }], dataFile);
  };
  const register = (config: object): Promise<void> => server.register([{ id: 'test-fn', ...config }]);
  const get = async <T>(path: string): Promise<T> =>
    ((await (await fetch(server.server.url + path)).json()) as { data: T }).data;
  const jobs = (): Promise<BulkJob[]> => get('/api/v2/jobs');
  const cancelAll = async (condition?: string): Promise<{ progress: object }> => {
    const answer = await fetch(`${server.server.url}/v1/cancellations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        app_id: 'test',
        function_id: 'test-fn',
        started_before: new Date(server.clock.now()).toISOString(),
        ...(condition !== undefined && { if: condition }),
      }),
    });
    return ((await answer.json()) as { data: { progress: object } }).data;
  };

  it('answers a cancellation of many runs at once, and cancels them in pieces', async () => {
    await start({});
    await server.send('go', users(150));
    const { progress } = await cancelAll('event.data.user != "user-7"');
    await server.send('late', []);

    expect(progress).toEqual({ total: 150, done: 0, ended_at: null });
    server.work();
    expect(unfinished(server)).toHaveLength(1);
    expect(await get('/v1/cancellations')).toMatchObject([{ progress: { total: 150, done: 150 } }]);
    expect(await jobs()).toMatchObject([
      { kind: 'cancel-runs', total: 150, done: 150, endedAt: expect.any(String) },
    ]);
  });

  itSlowly('leaves runs alone that were queued after the request', async () => {
    await start({});
    await server.send('go', users(150));
    await cancelAll();
    await server.send('go', users(1, 150));

    expect(unfinished(server)).toHaveLength(1);
  });

  it('cancels few runs before the answer', async () => {
    await start({});
    await server.send('go', users(100));

    expect((await cancelAll()).progress).toMatchObject({ total: 100, done: 100 });
    expect(unfinished(server)).toEqual([]);
  });

  it('goes on after a restart where it was', async () => {
    const dataFile = join(folder, 'restart.db');
    await start({}, dataFile);
    await server.send('go', users(150));
    await cancelAll();
    server.workOnce();
    const [before] = await jobs();
    await server.close();

    await start({}, dataFile);
    expect(before?.done).toBe(5);
    expect(await jobs()).toEqual([before]);
    server.work();

    expect(unfinished(server)).toEqual([]);
    expect(await jobs()).toMatchObject([{ total: 150, done: 150 }]);
  });

  itSlowly('is stopped with the cancellation that it belongs to', async () => {
    await start({});
    await server.send('go', users(150));
    const { id } = (await cancelAll()) as unknown as { id: string };
    server.workOnce();
    await fetch(`${server.server.url}/v1/cancellations/${id}`, { method: 'DELETE' });
    server.work();

    expect(unfinished(server)).toHaveLength(145);
  });

  itSlowly('brings many queued runs under limits that change, those of a change in between too', async () => {
    await start({ concurrency: [{ limit: 1 }] });
    await server.send('go', users(150));
    await register({ concurrency: [{ limit: 2 }] });
    server.workOnce();
    await register({ concurrency: [{ limit: 3, key: 'event.data.user' }] });
    await server.send('go', users(1));

    expect(unfinished(server)).toHaveLength(151);
    expect(unfinished(server).filter(({ slots }) => slots[0]?.limit !== 3)).toEqual([]);
    expect(await jobs()).toMatchObject([{ kind: 'apply-configuration', total: 150, done: 150 }]);
  });

  it('gives new runs the new limits while it has not come to the others', async () => {
    await start({ concurrency: [{ limit: 1 }] });
    await server.send('go', users(150));
    await register({ concurrency: [{ limit: 2 }] });
    server.deliverOnly();
    await server.store('go', users(1));
    server.deliverOnly();

    const limits = unfinished(server).map(({ slots }) => slots[0]?.limit);
    expect([limits[0], limits.at(-1)]).toEqual([1, 2]);
  });

  it('cancels by the new condition while it has not come to the others', async () => {
    const cancelOn = (field: string): object => ({
      cancel: [{ event: 'stop', if: `async.data.${field} == event.data.${field}` }],
    });
    await start(cancelOn('user'));
    await server.send(
      'go',
      users(150).map(({ user }) => ({ user, team: `team of ${user}` })),
    );
    await register(cancelOn('team'));
    await server.store('stop', [{ user: 'user-1', team: 'team of user-7' }]);
    server.deliverOnly();

    expect(unfinished(server)).toHaveLength(149);
  });

  it('that fails is tried again later, then set aside, and other jobs go on', async () => {
    await start({ concurrency: [{ limit: 1 }] });
    await server.send('go', users(150));
    const limits = server.get(LimitChanges);
    limits.applyTo = () => {
      throw new Error('a bug');
    };
    await register({ concurrency: [{ limit: 2 }] });
    await cancelAll('event.data.user == "user-0"');
    server.work();
    expect(await jobs()).toMatchObject([{ done: 150 }, { done: 0, error: 'Error: a bug' }]);

    for (let time = 0; time < 8; time++) {
      await server.clock.advance(60 * SECOND);
      server.work();
    }
    const [, failed] = await jobs();
    expect(failed).toMatchObject({ error: 'Error: a bug', setAsideAt: expect.any(String) });
  });

  it('that fails shows its error until it goes on, and then its note again', async () => {
    await start({});
    const runner = server.get(JobRunner);
    const pieces = [
      () => ({ cursor: '1', done: 1, note: 'left one out' }),
      () => {
        throw new Error('a bug');
      },
      () => ({ cursor: undefined, done: 1 }),
    ];
    runner.on('test', () => pieces.shift()?.() ?? { cursor: undefined, done: 0 });
    runner.add({ kind: 'test', subject: 'a', payload: null, total: 2 });
    server.work();
    expect(await jobs()).toMatchObject([{ done: 1, error: 'Error: a bug' }]);

    await server.clock.advance(60 * SECOND);
    server.work();

    expect(await jobs()).toMatchObject([{ done: 2, endedAt: expect.any(String), error: 'left one out' }]);
  });

  itSlowly('costs the same for each run, however many there are', async () => {
    const costs: number[] = [];
    for (const count of [150, 300, 450]) {
      await start({ concurrency: [{ limit: 1 }] });
      await server.send('go', users(count));
      await register({ concurrency: [{ limit: 2, key: 'event.data.user' }] });
      const change = await server.cost(() => server.work());
      await cancelAll();
      costs.push(change, await server.cost(() => server.work()));
      if (count < 450) await server.close();
    }
    const [change1, cancel1, change2, cancel2, change3, cancel3] = costs as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];

    expect(change3 - change2).toBeLessThanOrEqual((change2 - change1) * 1.02);
    expect(cancel3 - cancel2).toBeLessThanOrEqual((cancel2 - cancel1) * 1.02);
  });
});
