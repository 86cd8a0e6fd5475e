import { Sleep } from '../src/embedded/ops/sleep.js';
import { WaitForEvent } from '../src/embedded/ops/wait-for-event.js';
import { uuidFor } from '../src/embedded/store/ids.js';
import { RunStore, type Run } from '../src/embedded/store/run.store.js';
import { StepStore } from '../src/embedded/store/step.store.js';
import { CountedServer } from './support/counted-server.js';

const MINUTE = 60_000;
const FUNCTION = uuidFor('function', 'test-fn');

/** One item for each number below `count`. The rows of the last ones are cached, however many there are. */
function users(count: number): { user: string }[] {
  return Array.from({ length: count }, (_, index) => ({ user: `user-${index}` }));
}

describe('The number of statements and rows read', () => {
  const opened: CountedServer[] = [];

  afterEach(async () => {
    for (const server of opened.splice(0)) await server.close();
  });

  const start = async (config: object): Promise<CountedServer> => {
    const server = await CountedServer.start([{ id: 'test-fn', ...config }]);
    opened.push(server);
    return server;
  };

  it('of an event that cancels one run does not grow with the runs that wait for its name', async () => {
    const counts: number[] = [];
    for (const waiting of [30, 600]) {
      const server = await start({ cancel: [{ event: 'stop', if: 'async.data.user == event.data.user' }] });
      await server.send('go', users(waiting));

      counts.push(await server.cost(() => server.send('stop', users(waiting).slice(-1))));

      expect(unfinished(server)).toHaveLength(waiting - 1);
    }
    expect(counts[1]).toBe(counts[0]);
  });

  it('of an event that resumes one step does not grow with the steps that wait for its name', async () => {
    const counts: number[] = [];
    for (const waiting of [30, 600]) {
      const server = await start({});
      await server.send('go', users(waiting));
      const runs = unfinished(server);
      const now = server.clock.now();
      for (const run of runs) waitForUser(server, run.id, now);

      counts.push(await server.cost(() => server.send('answer', users(waiting).slice(-1))));

      const resumed = runs.filter(
        ({ id }) => server.get(StepStore).get(id, 'step-1')?.status === 'COMPLETED',
      );
      expect(resumed).toHaveLength(1);
    }
    expect(counts[1]).toBe(counts[0]);
  });

  it('of an event that joins a batch does not grow with the batch, nor does that of the one that fills it', async () => {
    const costs: number[][] = [];
    for (const maxSize of [30, 400]) {
      const server = await start({ batchEvents: { maxSize, timeout: '60s' } });
      await server.send('go', users(maxSize - 2));

      costs.push([
        await server.cost(() => server.send('go', [{ user: 'joins' }])),
        await server.cost(() => server.send('go', [{ user: 'fills' }])),
      ]);

      const [run] = unfinished(server);
      expect(
        server
          .get(RunStore)
          .eventsOf(run?.id ?? '')
          .map(({ data }) => data['user']),
      ).toEqual([...users(maxSize - 2).map(({ user }) => user), 'joins', 'fills']);
    }
    expect(costs[1]).toEqual(costs[0]);
  });

  it('of sleeps that end at the same time grows with their number, and that of a turn does not', async () => {
    const costs: { each: number; turn: number }[] = [];
    // Both numbers are larger than what a turn reads.
    for (const sleeping of [250, 500]) {
      const server = await start({ concurrency: [{ limit: 1 }] });
      await server.send('go', users(sleeping));
      for (const run of unfinished(server)) sleep(server, run.id);
      await server.clock.advance(MINUTE);

      const turn = await server.cost(() => server.workOnce());
      const rest = await server.cost(() => server.work());

      expect(ended(server)).toBe(sleeping);
      costs.push({ each: (turn + rest) / sleeping, turn });
    }
    expect(costs[1]!.each).toBeLessThanOrEqual(costs[0]!.each);
    // A cache may answer one query more or fewer.
    expect(costs[1]!.turn).toBeLessThanOrEqual(costs[0]!.turn + 1);
  });

  it('of the events of one request grows with their number, and that of a turn does not', async () => {
    const costs: { each: number; turn: number }[] = [];
    for (const count of [250, 500]) {
      const server = await start({ concurrency: [{ limit: 1 }] });

      const stored = await server.cost(() => server.store('go', users(count)));
      const turn = await server.cost(() => server.workOnce());
      const rest = await server.cost(() => server.work());

      expect(unfinished(server)).toHaveLength(count);
      costs.push({ each: (stored + turn + rest) / count, turn });
    }
    expect(costs[1]!.each).toBeLessThanOrEqual(costs[0]!.each);
    expect(costs[1]!.turn).toBe(costs[0]!.turn);
  });

  it('is right for runs that were queued before what cancels them changed', async () => {
    const cancelOn = (field: string): object => ({
      cancel: [{ event: 'stop', if: `async.data.${field} == event.data.${field}` }],
    });
    const server = await start(cancelOn('user'));
    await server.send('go', [{ user: 'ann', team: 'red' }]);
    await server.register([{ id: 'test-fn', ...cancelOn('team') }]);

    await server.send('stop', [{ user: 'bob', team: 'red' }]);

    expect(unfinished(server)).toEqual([]);
  });
});

function unfinished(server: CountedServer): Run[] {
  const runs = server.get(RunStore);
  return runs.unfinishedPage(FUNCTION, { after: '', ...runs.unfinishedOf(FUNCTION) }, 1_000_000);
}

/** The number of sleeps that have ended. */
function ended(server: CountedServer): number {
  const steps = server.get(StepStore);
  return unfinished(server).filter(({ id }) => steps.get(id, 'nap')?.status === 'COMPLETED').length;
}

function sleep(server: CountedServer, runId: string): void {
  const run = server.get(RunStore).getOrThrow(runId);
  const handler = server.get(Sleep);
  const op = handler.parse({ id: 'nap', op: 'Sleep', name: '1m', opts: {} });
  handler.apply(op, { run, now: server.clock.now(), setBack: 0 } as never);
}

function waitForUser(server: CountedServer, runId: string, now: number): void {
  const run = server.get(RunStore).getOrThrow(runId);
  const op = {
    id: 'step-1',
    op: 'WaitForEvent',
    name: 'answer',
    opts: { event: 'answer', timeout: '1h', if: 'async.data.user == event.data.user' },
  };
  const handler = server.get(WaitForEvent);
  handler.apply(handler.parse(op), { run, now, setBack: 0 } as never);
}
