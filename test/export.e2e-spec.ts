import { Inngest, type InngestFunction } from 'inngest';
import { createTestServer, type RunFixture } from '../src/testing/index.js';
import type { InngestHarness } from '../src/testing/nest.js';
import { silent, startFunctions } from './support/sdk-functions.js';
import { itSlowly } from './support/slow-tests.js';

interface Exported {
  run: { id: string; status: string; output: unknown };
  events: { name: string; data: { n: number } }[];
  trace: { children: { name: string; output?: unknown; children?: { status: string }[] }[] };
}

let ran: string[];

function define(app: Inngest): InngestFunction.Any[] {
  return [
    app.createFunction(
      { id: 'order', retries: 1, triggers: { event: 'go' } },
      async ({ event, step, attempt }) => {
        const { n } = event.data as { n: number };
        const first = await step.run('first', () => {
          ran.push('first');
          return { n };
        });
        const caught = await step
          .run('fails', () => {
            throw new Error('as always');
          })
          .catch((error: Error) => error.message);
        await step.sleep('nap', '1h');
        const reply = await step.waitForEvent('reply', { event: 'reply', timeout: '1h' });
        if (n === 13) throw new Error('unlucky');
        return { first, caught, reply, attempt: attempt >= 0 };
      },
    ),
  ];
}

describe('An export', () => {
  let inngest: InngestHarness;

  beforeEach(async () => {
    ran = [];
    inngest = await startFunctions(define);
  });

  afterEach(() => inngest.close());

  const send = (...numbers: number[]): Promise<string[]> =>
    inngest.send(...numbers.map((n) => ({ name: 'go', data: { n } })));
  const list = async (query: string): Promise<{ status: number; runs: Exported[] }> => {
    const answer = await fetch(`${inngest.server.url}/api/v2/runs/export?${query}`);
    const body = (await answer.json()) as { exportedAt?: string; runs: Exported[] };
    return { status: answer.status, runs: body.runs };
  };

  it('has all of a run: events, steps, attempts, output', async () => {
    const [id] = await send(1);
    const run = await inngest.ended(id);
    const answer = await fetch(`${inngest.server.url}/api/v2/runs/${run.id}/export`);
    const exported = (await answer.json()) as Exported;

    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="run.json"');
    expect(exported).toMatchObject({
      run: { id: run.id, status: 'COMPLETED', output: run.output },
      events: [{ name: 'go', data: { n: 1 } }],
    });
    const steps = exported.trace.children;
    expect(steps.map(({ name }) => name)).toEqual(expect.arrayContaining(['first', 'fails', 'nap', 'reply']));
    expect(steps.find(({ name }) => name === 'fails')?.children).toMatchObject([
      { status: 'FAILED' },
      { status: 'FAILED' },
    ]);
    expect(steps[0]?.output).toEqual({ n: 1 });
  });

  itSlowly('of a list has all runs that the filter finds, page after page', async () => {
    await send(13);
    await inngest.allEnded();
    // Runs that wait are quickly made.
    await inngest.post('/api/v2/apps/test/functions/order/pause');
    await send(...Array.from({ length: 120 }, () => 2));
    await inngest.clock.settled();

    expect((await list('')).runs).toHaveLength(121);
    const failed = await list('status=FAILED');
    expect(failed.runs.map(({ events }) => events[0]?.data.n)).toEqual([13]);
    const found = await list(`search=${encodeURIComponent('event.data.n == 13')}&order=asc`);
    expect(found.runs.map(({ run }) => run.id)).toEqual([failed.runs[0]?.run.id]);
    expect((await list('status=CANCELLED')).runs).toEqual([]);
  });

  it('refuses a filter that is none, in place of a file', async () => {
    expect((await list('status=DONE')).status).toBe(400);
    expect((await list('limit=3')).status).toBe(400);
    expect((await fetch(`${inngest.server.url}/api/v2/runs/none/fixture`)).status).toBe(400);
    const nobody = `${inngest.server.url}/api/v2/runs/01AN4Z07BY79KA1307SR9X4MV3/export`;
    expect((await fetch(nobody)).status).toBe(404);
  });

  it.each([
    ['that has ended', true, { status: 'COMPLETED' }],
    ['that goes on', false, { status: 'WAITING', waitingFor: ['nap'] }],
  ] as const)('as a fixture is what the test server replays: of a run %s', async (_, mustEnd, expected) => {
    const [id] = await send(3);
    if (mustEnd) await inngest.ended(id);
    else
      await inngest.until(
        async () => (await inngest.runs(id))[0]?.waiting?.reason.includes('sleeping') === true,
      );
    const [run] = await inngest.runs(id);
    const answer = await fetch(`${inngest.server.url}/api/v2/runs/${run?.id}/fixture`);
    const fixture = (await answer.json()) as RunFixture;
    ran = [];

    const server = await createTestServer();
    const client = new Inngest({ id: 'test', isDev: true, logger: silent });
    const result = await server.replay(fixture, define(client));
    await server.close();
    expect(result).toMatchObject(expected);
    if (mustEnd) expect(result.output).toEqual(run?.output);
    expect(ran).toEqual([]);
  });
});
