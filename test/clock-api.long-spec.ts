import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { RetryAfterError, type Inngest, type InngestFunction } from 'inngest';
import { Clock, VirtualClock } from '../src/clock/index.js';
import { EmbeddedInngest } from '../src/embedded/index.js';
import { CommandServer } from './support/command-server.js';
import { closeAfterEach } from './support/close-after-each.js';
import { FakeMachine } from './support/fake-machine.js';
import { serveFunctions, type ServedFunctions } from './support/served-functions.js';

const SECOND = 1_000;
const HOUR = 60 * 60 * SECOND;
const DAY = 24 * HOUR;

const opened = closeAfterEach();

async function startVirtual(): Promise<CommandServer> {
  return opened(await CommandServer.start(['--clock', 'virtual']));
}

/** An app that uses the machine's clock, not the server's virtual clock. */
async function withApp(
  server: CommandServer,
  define: (client: Inngest) => InngestFunction.Any[],
): Promise<ServedFunctions> {
  const app = opened(await serveFunctions(server.url, define));
  await server.server.sync(app.url);
  return app;
}

describe('the clock API', () => {
  it("answers 409 on the machine's clock", async () => {
    const server = opened(await CommandServer.start([]));
    for (const answer of [await server.get('/api/v2/clock'), await server.advance('1h')]) {
      expect(answer).toMatchObject({ status: 409, body: { errors: [{ code: 'no_virtual_clock' }] } });
    }
  });

  it('shows the time, how far the clock is ahead, what is due and what holds it', async () => {
    const server = await startVirtual();
    const before = Date.now();
    const clock = await server.clock();
    expect(Date.parse(clock.now)).toBeGreaterThanOrEqual(before);
    expect(Math.abs(clock.aheadMs)).toBeLessThan(SECOND);
    expect(clock).toMatchObject({ kind: 'virtual', heldBy: [], nextDue: null });
  });

  it('moves the clock by a duration or by milliseconds', async () => {
    const server = await startVirtual();
    for (const [by, ms] of [
      ['1h30m', 1.5 * HOUR],
      [1_234, 1_234],
      [0, 0],
    ]) {
      const { status, body } = await server.advance(by);
      expect(status).toBe(200);
      expect(body.data.movedByMs).toBe(ms);
    }
    expect(Math.abs((await server.clock()).aheadMs - 1.5 * HOUR - 1_234)).toBeLessThan(SECOND);
  });

  it('refuses to move it by any other value, and names the field', async () => {
    const server = await startVirtual();
    for (const by of [undefined, null, '', 'soon', '-1h', -1, 1.5, true, [], {}, '400d', 1e300]) {
      const { status, body } = await server.advance(by);
      expect([by, status]).toEqual([by, 400]);
      expect(body.errors?.[0]?.message).toContain('"by" must be');
    }
    expect(await server.post('/api/v2/clock/advance', { to: 'next' })).toMatchObject({ status: 400 });
    expect(Math.abs((await server.clock()).aheadMs)).toBeLessThan(SECOND);
  });

  it('refuses a move past the year 9999', async () => {
    const machine = new FakeMachine(Date.UTC(9999, 11, 1));
    const server = opened(await CommandServer.start(['--clock', 'virtual'], { machine: machine.clock() }));
    const { status, body } = await server.advance('60d');
    expect(status).toBe(400);
    expect(body.errors?.[0]?.message).toContain('9999-12-31');
  });

  it('wakes a run that sleeps', async () => {
    const server = await startVirtual();
    const { client } = await withApp(server, (inngest) => [
      inngest.createFunction({ id: 'sleeper', triggers: [{ event: 'go' }] }, async ({ step }) => {
        await step.sleep('long', '7d');
        return 'awake';
      }),
    ]);
    await client.send({ name: 'go' });
    const { nextDue } = await server.until(async () => {
      const clock = await server.clock();
      return clock.nextDue === null ? undefined : clock;
    });
    expect(Date.parse(String(nextDue)) - Date.now()).toBeGreaterThan(6 * DAY);

    const { body } = await server.advance('next');

    expect(body.data.movedByMs).toBeGreaterThan(6 * DAY);
    await expect(server.hasRun('COMPLETED')).resolves.toMatchObject({ output: { data: 'awake' } });
  });

  it('moves the ts of an event by the difference of the clocks when it arrives', async () => {
    const server = await startVirtual();
    const { client } = await withApp(server, (inngest) => [
      inngest.createFunction({ id: 'now', triggers: [{ event: 'now' }] }, ({ event }) => event.ts),
      inngest.createFunction({ id: 'later', triggers: [{ event: 'later' }] }, () => 'later'),
    ]);
    await server.advance('10d');

    // The SDK writes the machine's time into every event.
    await client.send({ name: 'now', ts: Date.now() });
    const run = await server.hasRun('COMPLETED');
    const ts = (run.output as { data: number }).data;
    expect(Math.abs(ts - Date.now() - 10 * DAY)).toBeLessThan(10 * SECOND);

    await client.send({ name: 'later', ts: Date.now() + HOUR });
    await server.advance('59m');
    expect(await server.runs()).toHaveLength(1);
    await server.advance('2m');
    await server.until(async () => (await server.runs()).length === 2 || undefined);
  });

  it('moves a date in Retry-After, and not the date of sleepUntil', async () => {
    const server = await startVirtual();
    await server.advance('10d');
    const until = new Date(Date.now() + 11 * DAY);
    let attempts = 0;
    const { client } = await withApp(server, (inngest) => [
      inngest.createFunction({ id: 'fn', triggers: [{ event: 'go' }], retries: 1 }, async ({ step }) => {
        await step.run('fails', () => {
          if (++attempts === 1) throw new RetryAfterError('later', new Date(Date.now() + HOUR));
        });
        await step.sleepUntil('date', until);
      }),
    ]);
    await client.send({ name: 'go' });

    await server.until(async () => (await server.clock()).nextDue ?? undefined);
    const retry = await server.advance('next');
    expect(Math.abs(retry.body.data.movedByMs - HOUR)).toBeLessThan(10 * SECOND);
    await server.until(() => attempts === 2 || undefined);
    await server.until(async () => (await server.clock()).nextDue ?? undefined);
    expect(Math.abs(Date.parse(String((await server.clock()).nextDue)) - until.getTime())).toBeLessThan(
      SECOND,
    );
    await server.advance('next');
    await server.hasRun('COMPLETED');
  });

  it('is held by a call under way, and names the call', async () => {
    const machine = new FakeMachine();
    const server = opened(await CommandServer.start(['--clock', 'virtual'], { machine: machine.clock() }));
    let finish: (() => void) | undefined;
    const { client } = await withApp(server, (inngest) => [
      inngest.createFunction({ id: 'busy', triggers: [{ event: 'go' }] }, ({ step }) =>
        step.run('work', () => new Promise<void>((resolve) => (finish = resolve))),
      ),
    ]);
    await client.send({ name: 'go' });
    const run = await server.hasRun('RUNNING');
    const end = await server.until(() => finish);
    const [call] = await server.until(async () => {
      const { heldBy } = await server.clock();
      return heldBy.length > 0 ? heldBy : undefined;
    });
    expect(call).toMatch(
      new RegExp(`^call http://localhost:\\d+/api/inngest\\?fnId=app-busy.* of run ${run.id}$`),
    );

    const move = server.advance('1h');
    const settled = move.then(() => true);
    while (!(await Promise.race([settled, nextTurn()]))) machine.run(SECOND);
    expect(await move).toMatchObject({ status: 423, body: { errors: [{ code: 'clock_held' }] } });
    expect((await move).body.errors?.[0]?.message).toContain(String(call));

    end();
    await server.hasRun('COMPLETED');
    expect((await server.advance('1h')).body.data.movedByMs).toBe(HOUR);
  });

  it('waits for a call that ends soon', async () => {
    const server = await startVirtual();
    let finish: (() => void) | undefined;
    const { client } = await withApp(server, (inngest) => [
      inngest.createFunction({ id: 'busy', triggers: [{ event: 'go' }] }, async ({ step }) => {
        await step.run('work', () => new Promise<void>((resolve) => (finish = resolve)));
        await step.sleep('rest', '30m');
      }),
    ]);
    await client.send({ name: 'go' });
    const end = await server.until(() => finish);
    const move = server.advance('1h');
    await server.clock();
    end();

    expect((await move).body.data.movedByMs).toBe(HOUR);
    await server.hasRun('COMPLETED');
  });

  it('makes concurrent moves one after another, and drops a move whose client has gone', async () => {
    const server = await startVirtual();
    const release = server.server.app.get(Clock).hold('a test');
    const arrived: ServerResponse[] = [];
    const http = server.server.app.getHttpServer() as Server;
    http.prependListener('request', (_request, response: ServerResponse) => arrived.push(response));
    const first = server.advance('1h');
    await server.until(() => arrived[0]);
    const second = server.advance('2h');
    await server.until(() => arrived[1]);
    const abandoned = new AbortController();
    const dropped = server
      .post('/api/v2/clock/advance', { by: '4h' }, abandoned.signal)
      .catch(() => 'dropped');
    const closed = once(await server.until(() => arrived[2]), 'close');
    abandoned.abort();
    expect(await dropped).toBe('dropped');
    await closed;
    release();

    expect((await first).body.data.movedByMs).toBe(HOUR);
    expect((await second).body.data.movedByMs).toBe(2 * HOUR);
    // The time at which the second move began.
    expect(Math.abs((await first).body.data.aheadMs - HOUR)).toBeLessThan(SECOND);
    expect(Math.abs((await server.clock()).aheadMs - 3 * HOUR)).toBeLessThan(SECOND);
  });

  it.each([['text/event-stream'], ['*/*']])('is not held by a stream of changes (%s)', async (accept) => {
    const server = await startVirtual();
    const watching = new AbortController();
    await fetch(`${server.url}/api/v2/changes`, { headers: { accept }, signal: watching.signal });
    expect((await server.clock()).heldBy).toEqual([]);
    expect((await server.advance('1h')).status).toBe(200);
    watching.abort();
  });
});

describe('the guards of the clock API', () => {
  const paths: [method: string, path: string][] = [
    ['GET', '/api/v2/clock'],
    ['POST', '/api/v2/clock/advance'],
  ];

  it('refuse pages of other sites', async () => {
    const server = await startVirtual();
    for (const [method, path] of paths) {
      const headers = { origin: 'https://other.example', 'content-type': 'application/json' };
      const body = method === 'POST' ? { body: '{"by":"1h"}' } : {};
      expect((await fetch(server.url + path, { method, headers, ...body })).status).toBe(403);
    }
    expect(Math.abs((await server.clock()).aheadMs)).toBeLessThan(SECOND);
  });

  it('ask for the signing key', async () => {
    const clock = new VirtualClock();
    const start = clock.now();
    const signingKey = 'abcd';
    const server = opened(await EmbeddedInngest.start({ port: 0, clock, signingKey, logger: false }));
    const move = (authorization?: string): Promise<Response> =>
      fetch(`${server.url}/api/v2/clock/advance`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
        body: '{"by":"1h"}',
      });
    expect((await fetch(`${server.url}/api/v2/clock`)).status).toBe(401);
    expect((await move()).status).toBe(401);
    expect(clock.now()).toBe(start);
    expect((await move(`Bearer ${signingKey}`)).status).toBe(200);
    expect(clock.now()).toBe(start + HOUR);
  });
});

function nextTurn(): Promise<false> {
  return new Promise((resolve) => setImmediate(() => resolve(false)));
}
