import { createDefer } from 'inngest/experimental';
import { NonRetriableError } from 'inngest';
import type { InngestHarness, Run } from '../src/testing/nest.js';
import { clientModes } from './support/client-mode.js';
import { returned, startFunctions } from './support/sdk-functions.js';

interface Deferred {
  data: Record<string, unknown>;
  parents: unknown;
}

describe.each(clientModes())('defer ($checkpointing)', (client) => {
  let inngest: InngestHarness;
  let deferred: Deferred[];

  beforeEach(async () => {
    deferred = [];
    inngest = await startFunctions(
      (app) => {
        const later = createDefer(app, { id: 'later' }, ({ event, parents }) => {
          deferred.push({ data: event.data as Record<string, unknown>, parents });
        });
        return [
          later,
          app.createFunction(
            { id: 'fn', triggers: { event: 'go' }, retries: 1 },
            async ({ step, defer, event }) => {
              const first = defer('first', { function: later, data: { n: 1 } });
              await step.run('work', () => undefined);
              defer('second', { function: later, data: { n: 2 } });
              await step.sleep('rest', '1h');
              if (event.data.abort === true) first.abort();
              if (event.data.fail === 'function') throw new Error('broken');
              if (event.data.fail === 'for good') throw new NonRetriableError('broken');
              return 'done';
            },
          ),
        ];
      },
      { client },
    );
  });

  afterEach(() => inngest.close());

  const runOf = async (data: Record<string, unknown>): Promise<Run> => {
    const [id] = await inngest.send({ name: 'go', data });
    const run = await inngest.ended(id);
    await inngest.allEnded();
    return run;
  };

  it('runs the functions once each, after the run has ended', async () => {
    const run = await runOf({});

    expect(returned(run)).toBe('done');
    const parents = [{ fnSlug: 'test-fn', runId: run.id }];
    expect(deferred).toEqual([
      { data: { n: 1 }, parents },
      { data: { n: 2 }, parents },
    ]);
    const starts = (await inngest.allRuns())
      .filter(({ function: fn }) => fn.id === 'later')
      .map(({ startedAt }) => startedAt);
    expect(starts).toEqual([run.endedAt, run.endedAt]);
  });

  it('leaves out what the function has aborted', async () => {
    await runOf({ abort: true });

    expect(deferred.map(({ data }) => data)).toEqual([{ n: 2 }]);
  });

  it.each(['function', 'for good'])('runs them also after a run that fails (%s)', async (fail) => {
    const run = await runOf({ fail });

    expect(run).toMatchObject({ status: 'FAILED', output: { message: 'broken' } });
    expect(deferred.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('runs them also after a run that is cancelled', async () => {
    const [id] = await inngest.send({ name: 'go' });
    await inngest.clock.settled();
    await inngest.post(`/api/v2/runs/${(await inngest.run(id)).id}/cancel`);
    await inngest.allEnded();

    expect(deferred.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }]);
  });
});

describe('defer', () => {
  it('takes 20 functions of a run and leaves out the others, which fails nothing', async () => {
    const seen: number[] = [];
    const inngest = await startFunctions((app) => {
      const later = createDefer(app, { id: 'later' }, ({ event }) => {
        seen.push((event.data as { n: number }).n);
      });
      return [
        later,
        app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step, defer }) => {
          for (let n = 0; n < 22; n++) defer(`n-${n}`, { function: later, data: { n } });
          await step.sleep('rest', '1s');
        }),
      ];
    });
    const [id] = await inngest.send({ name: 'go' });
    const run = await inngest.ended(id);
    await inngest.allEnded();
    await inngest.close();

    expect(run.status).toBe('COMPLETED');
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });
});

describe('Sessions', () => {
  let inngest: InngestHarness;

  beforeEach(async () => {
    inngest = await startFunctions(
      (app) => {
        const callee = app.createFunction({ id: 'callee' }, ({ event }) => event.meta?.sessions ?? null);
        return [
          callee,
          app.createFunction(
            { id: 'told', triggers: { event: 'told' } },
            ({ event }) => event.meta?.sessions ?? null,
          ),
          app.createFunction({ id: 'fn', triggers: { event: 'go' } }, async ({ step, event }) => {
            const { ids } = await step.sendEvent('tell', [
              { name: 'told' },
              { name: 'told', meta: { sessions: { user: 'u2', order: null } } },
            ]);
            const invoked = await step.invoke('call', { function: callee });
            return { own: event.meta?.sessions ?? null, ids, invoked };
          }),
        ];
      },
      { client: { sessionPropagation: true } },
    );
  });

  afterEach(() => inngest.close());

  const send = async (meta: unknown): Promise<Run> => {
    const [id] = await inngest.send({ name: 'go', meta } as { name: string });
    const run = await inngest.ended(id);
    await inngest.allEnded();
    return run;
  };

  it('go along with an event, and on to what its run sends and invokes', async () => {
    const run = await send({ sessions: { user: 'u1', order: 7 } });

    const { own, ids, invoked } = run.output as { own: unknown; ids: string[]; invoked: unknown };
    expect(own).toEqual({ user: 'u1', order: '7' });
    expect(invoked).toEqual({ user: 'u1', order: '7' });
    const told = [await inngest.ended(ids[0]), await inngest.ended(ids[1])];
    expect(told.map(returned)).toEqual([{ user: 'u1', order: '7' }, { user: 'u2' }]);
  });

  it('are none for an event without', async () => {
    const run = await send(undefined);

    expect(run.output).toMatchObject({ own: null, invoked: null });
  });

  it.each([
    [{ sessions: { a: true } }, 'event session "a" must be a string or number'],
    [{ sessions: { a: '' } }, 'event session "a" cannot have an empty ID'],
    [{ sessions: { '': '1' } }, 'event session keys cannot be empty'],
    [{ sessions: { a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 } }, 'event sessions can include at most 5 entries'],
  ])('are refused when they are not right: %j', async (meta, message) => {
    await expect(inngest.send({ name: 'go', meta } as { name: string })).rejects.toThrow(message);
  });
});
