import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidFor } from '../src/embedded/store/ids.js';
import { RunStore } from '../src/embedded/store/run.store.js';
import { CountedServer } from './support/counted-server.js';

interface Job {
  id: string;
  kind: string;
  total: number;
  done: number;
  endedAt?: string;
  error?: string;
}

interface Answer {
  status: number;
  data: { total: number; job?: Job };
  errors?: { message: string }[];
}

const FUNCTION = uuidFor('function', 'test-fn');

describe('A bulk request', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bulk-runs-'));
  let server: CountedServer;

  afterEach(() => server.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = async (dataFile?: string): Promise<void> => {
    server = await CountedServer.start([{ id: 'test-fn' }], dataFile);
  };
  const send = (count: number, from = 0): Promise<string[]> =>
    server.send(
      'go',
      Array.from({ length: count }, (_, index) => ({ n: from + index })),
    );
  const ask = async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await fetch(`${server.server.url}/api/v2/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, ...((await answer.json()) as Omit<Answer, 'status'>) };
  };
  const bulk = (body: unknown): Promise<Answer> => ask('POST', 'runs/bulk', body);
  const job = async (id = ''): Promise<Job> => (await ask('GET', `jobs/${id}`)).data as unknown as Job;
  const unfinished = (): number => server.get(RunStore).unfinishedOf(FUNCTION).count;
  const total = async (query: string): Promise<number> => {
    const answer = await fetch(`${server.server.url}/api/v2/runs?limit=1&includeTotal=true&${query}`);
    return ((await answer.json()) as { page: { total: number } }).page.total;
  };

  it('with dryRun only counts the runs', async () => {
    await start();
    await send(150);

    const all = { action: 'cancel', filter: {}, dryRun: true };
    expect((await bulk(all)).data).toEqual({ total: 150 });
    const some = { ...all, filter: { search: 'event.data.n < 7' } };
    expect((await bulk(some)).data).toEqual({ total: 7 });
    expect(unfinished()).toBe(150);
  });

  it('cancels all runs that match a filter, in pieces, and no later ones', async () => {
    await start();
    await send(150);
    const { data } = await bulk({ action: 'cancel', filter: { status: ['QUEUED'], function: 'test-fn' } });
    expect(data).toMatchObject({ total: 150, job: { kind: 'bulk-cancel', total: 150, done: 0 } });
    await send(1, 150);
    server.work();

    expect(unfinished()).toBe(1);
    expect(await job(data.job?.id)).toMatchObject({ done: 150, endedAt: expect.any(String) });
    expect((await bulk({ action: 'cancel', filter: { status: 'CANCELLED' }, dryRun: true })).data.total).toBe(
      0,
    );
  });

  it('cancels a few runs before it is answered, selected by their ids', async () => {
    await start();
    await send(5);
    const { data } = (await ask('GET', 'runs')) as unknown as { data: { id: string }[] };
    const ids = data.slice(0, 2).map(({ id }) => id);
    const answer = await bulk({ action: 'cancel', filter: { ids } });

    expect(answer.data).toMatchObject({ total: 2, job: { done: 2, endedAt: expect.any(String) } });
    expect(unfinished()).toBe(3);
  });

  it('replays each run once, also those that match an expression', async () => {
    await start();
    await send(130);
    await bulk({ action: 'cancel', filter: {} });
    server.work();
    const { data } = await bulk({ action: 'replay', filter: { search: 'event.data.n >= 10' } });
    expect(data).toMatchObject({ total: 120, job: { kind: 'bulk-replay', total: 120 } });
    server.work();

    expect(await job(data.job?.id)).toMatchObject({ total: 120, done: 120 });
    expect(unfinished()).toBe(120);
    expect(await total('')).toBe(250);
  });

  it('reports the runs that it left out', async () => {
    await start();
    await send(3);
    await bulk({ action: 'cancel', filter: {} });
    await ask('POST', 'apps/test/functions/fn/pause', { newRuns: 'skip' });
    const { data } = await bulk({ action: 'replay', filter: {} });

    expect(data.job?.error).toMatch(/^Runs were left out, such as \w{26}: its function is paused/);
    expect(unfinished()).toBe(0);
  });

  it('continues after a restart where it was', async () => {
    const dataFile = join(folder, 'restart.db');
    await start(dataFile);
    await send(150);
    const { data } = await bulk({ action: 'cancel', filter: { search: 'event.data.n >= 0' } });
    server.workOnce();
    const before = await job(data.job?.id);
    await server.close();
    await start(dataFile);

    expect(before.done).toBe(5);
    expect(await job(data.job?.id)).toEqual(before);
    server.work();
    expect(unfinished()).toBe(0);
    expect(await job(data.job?.id)).toMatchObject({ total: 150, done: 150 });
  });

  it('can be stopped', async () => {
    await start();
    await send(150);
    const { data } = await bulk({ action: 'cancel', filter: {} });
    server.workOnce();
    const path = `jobs/${data.job?.id}`;
    expect((await ask('DELETE', path)).data).toMatchObject({ done: 5, error: 'stopped by a request' });
    server.work();

    expect(unfinished()).toBe(145);
    expect((await ask('DELETE', 'jobs/01AN4Z07BY79KA1307SR9X4MV3')).status).toBe(404);
  });

  it.each([
    [{ filter: {} }, '"action" must be one of cancel, replay.'],
    [{ action: 'cancel' }, '"filter" must be an object; {} matches all runs.'],
    [{ action: 'cancel', filter: { state: 'x' } }, 'Unknown in the filter: "state".'],
    [{ action: 'cancel', filter: { status: 1 } }, '"status" of the filter must be a string'],
    [{ action: 'cancel', filter: { status: 'GONE' } }, 'Unknown status "GONE"'],
    [{ action: 'cancel', filter: {}, dryRun: 'yes' }, '"dryRun" must be true or false.'],
    [{ action: 'cancel', filter: {}, force: true }, 'Unknown in the body: "force".'],
  ])('refuses %j', async (body, message) => {
    await start();
    await send(1);
    const { status, errors } = await bulk(body);

    expect(status).toBe(400);
    expect(errors?.[0]?.message).toContain(message);
    expect(unfinished()).toBe(1);
  });
});
