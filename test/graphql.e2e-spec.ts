import { ChangeNotices } from '../src/runs/change-notices.js';
import type { InngestHarness, ServedNestApp } from '../src/testing/nest.js';
import { startDemoTasks, task } from './support/demo-task.js';
import { execute, GraphqlClient, type Progress } from './support/graphql.js';
import { itSlowly } from './support/slow-tests.js';

const UNKNOWN = '01AN4Z07BY79KA1307SR9X4MV3';
const REQUEST = 'mutation ($input: DemoTaskInput!) { requestDemoTask(input: $input) { eventId taskId } }';
const STATUS =
  'query ($id: ID!) { demoTask(eventId: $id) { eventId taskId status reason run { id output steps { id attempts { status } } } runs { id } } }';
const LIST =
  'query ($status: ListedStatus, $first: Int, $after: String) { demoTasks(status: $status, first: $first, after: $after) ' +
  '{ edges { cursor node { eventId taskId status } } pageInfo { hasNextPage hasPreviousPage endCursor } } }';

let demo: InngestHarness<ServedNestApp>;

/** Starts one worker for all tests of a block. */
function startForAll(): void {
  beforeAll(async () => {
    demo = await startDemoTasks({ environment: { GRAPHQL: 'true' } });
  });

  afterAll(() => demo.close());
}

const run = (query: string, variables: object = {}) => execute(demo.url, { query, variables });
const completed = async (taskId: string): Promise<string> => {
  const [id] = await demo.send(task(taskId, { delayMs: 0 }));
  await demo.ended(id);
  return id ?? '';
};
const waiting = async (taskId: string): Promise<string> => {
  const failing = {
    delayMs: 0,
    simulateFailure: true,
    failAtStep: 'step-4-simulate-api-call',
    failAttempts: 1,
  };
  const [id] = await demo.send(task(taskId, failing));
  await demo.until(async () => (await demo.run(id)).waiting?.attempt === 1);
  return id ?? '';
};

describe('GraphQL', () => {
  startForAll();

  it('asks for a task, and tells how it stands', async () => {
    const { body } = await run(REQUEST, { input: { taskId: 'first', delayMs: 0 } });
    const { eventId } = body.data.requestDemoTask;
    await demo.ended(eventId);

    expect(body).toEqual({ data: { requestDemoTask: { eventId: expect.any(String), taskId: 'first' } } });
    expect((await run(STATUS, { id: eventId })).body).toMatchObject({
      data: {
        demoTask: { eventId, taskId: 'first', status: 'COMPLETED', run: { output: { taskId: 'first' } } },
      },
    });
  });

  it('tells a duplicate from a task, and null of an unknown id', async () => {
    await completed('twice');
    const { body } = await run(REQUEST, { input: { taskId: 'twice' } });
    await demo.advance(10_000);

    expect((await run(STATUS, { id: body.data.requestDemoTask.eventId })).body.data.demoTask).toMatchObject({
      status: 'SKIPPED',
      reason: expect.stringContaining('duplicate'),
      run: null,
    });
    expect((await run(STATUS, { id: UNKNOWN })).body).toEqual({ data: { demoTask: null } });
  });

  it('cancels a task, and runs it again', async () => {
    const id = await waiting('unwanted');
    const change = (name: string, eventId: string) =>
      run(`mutation ($id: ID!) { ${name}(eventId: $id) { eventId } }`, { id: eventId });

    expect((await change('replayDemoTask', id)).body.errors[0].extensions.code).toBe('CONFLICT');
    expect((await change('cancelDemoTask', id)).body).toEqual({ data: { cancelDemoTask: { eventId: id } } });
    expect((await run(STATUS, { id })).body.data.demoTask.status).toBe('CANCELLED');
    expect((await change('cancelDemoTask', id)).body.errors[0].extensions.code).toBe('CONFLICT');
    expect((await change('replayDemoTask', id)).body).toEqual({ data: { replayDemoTask: { eventId: id } } });
    expect((await change('cancelDemoTask', UNKNOWN)).body.errors[0]).toMatchObject({
      message: `Inngest has no demo task with the event id "${UNKNOWN}".`,
      extensions: { code: 'NOT_FOUND' },
    });
  });

  describe('demoTaskProgress', () => {
    let client: GraphqlClient;

    beforeEach(() => {
      client = new GraphqlClient(demo.url);
    });

    afterEach(() => client.close());

    /** Lets time pass until a subscription has completed. */
    const untilOver = async (progress: Progress): Promise<void> => {
      while (!progress.isOver) await demo.advance(500);
    };

    it('tells a run through a retry to its end, and completes', async () => {
      const id = await waiting('watched');
      const progress = client.subscribe(id);
      while (progress.words.at(-1) !== 'WAITING') await new Promise((resolve) => setImmediate(resolve));

      await untilOver(progress);

      expect(progress.errors).toEqual([]);
      expect(progress.words).toEqual([
        'QUEUED',
        'STARTED',
        'step-1-initialize 0 COMPLETED',
        'step-2-process 0 COMPLETED',
        'step-3-simulate-delay 0 COMPLETED',
        'step-4-simulate-api-call 0 FAILED',
        'WAITING',
        'step-4-simulate-api-call 1 COMPLETED',
        'step-5-finalize 0 COMPLETED',
        'ENDED',
      ]);
      expect(progress.received.at(-1)).toMatchObject({ status: 'COMPLETED', output: { taskId: 'watched' } });
    });

    it('goes on after an id', async () => {
      const id = await completed('resumed');
      const whole = client.subscribe(id);
      await whole.over;

      const rest = client.subscribe(id, whole.received[2]?.id);
      const nothing = client.subscribe(id, whole.received.at(-1)?.id);
      await Promise.all([rest.over, nothing.over]);

      expect(rest.received).toEqual(whole.received.slice(3));
      expect(nothing.received).toEqual([]);
    });

    itSlowly('is told to 200 subscribers from what is read once', async () => {
      const id = await waiting('popular');
      const subscribers = Array.from({ length: 200 }, () => client.subscribe(id));

      while (subscribers.some(({ isOver }) => !isOver)) await demo.advance(500);

      expect(new Set(subscribers.map(({ received }) => JSON.stringify(received))).size).toBe(1);
      expect(subscribers[0]?.words.at(-1)).toBe('ENDED');
    });

    it('is read no more when the last subscriber has left, by completing or by closing', async () => {
      const id = await waiting('left');
      const notices = demo.app.nest.get(ChangeNotices);
      const stop = client.client.iterate({
        query: `subscription { demoTaskProgress(eventId: "${id}") { type } }`,
      });
      await stop.next();
      const other = new GraphqlClient(demo.url);
      const progress = other.subscribe(id);
      while (progress.received.length === 0) await new Promise((resolve) => setImmediate(resolve));

      await stop.return?.();
      expect(notices.isConnected).toBe(true);
      other.client.terminate();

      while (notices.isConnected) await new Promise((resolve) => setImmediate(resolve));
    });

    it('refuses an unknown id', async () => {
      const progress = client.subscribe(UNKNOWN);
      await progress.over;

      expect(progress.errors).toEqual([
        expect.objectContaining({
          message: expect.stringContaining(UNKNOWN),
          extensions: { code: 'NOT_FOUND' },
        }),
      ]);
    });

    it('has only subscriptions over the WebSocket', async () => {
      const progress = client.send('{ demoTasks { edges { cursor } } }');
      await progress.over;

      expect(progress.errors).toEqual([
        expect.objectContaining({ message: expect.stringContaining('accepts only subscriptions') }),
      ]);
    });
  });
});

describe('GraphQL', () => {
  // A worker of its own, because the list has all tasks.
  startForAll();

  it('lists tasks page by page, by status', async () => {
    const first = await completed('first');
    await demo.advance(1_000);
    const second = await completed('second');
    await demo.advance(1_000);
    const third = await waiting('third');

    const { body: page } = await run(LIST, { first: 2 });
    const { body: rest } = await run(LIST, { first: 2, after: page.data.demoTasks.pageInfo.endCursor });
    const { body: done } = await run(LIST, { status: 'COMPLETED' });
    const { body: wrong } = await run(LIST, { first: 101 });
    const { body: cursor } = await run(LIST, { after: 'x' });

    const idsOf = ({ data }: typeof page): string[] =>
      data.demoTasks.edges.map(({ node }: { node: { eventId: string } }) => node.eventId);
    expect(idsOf(page)).toEqual([third, second]);
    expect(page.data.demoTasks.pageInfo).toMatchObject({ hasNextPage: true, hasPreviousPage: false });
    expect(page.data.demoTasks.edges[0].node).toEqual({ eventId: third, taskId: 'third', status: 'WAITING' });
    expect(idsOf(rest)).toEqual([first]);
    expect(rest.data.demoTasks.pageInfo).toMatchObject({ hasNextPage: false, hasPreviousPage: true });
    expect(idsOf(done)).toEqual([second, first]);
    expect(wrong.errors[0].extensions.fields[0].field).toBe('first');
    expect(cursor.errors[0].extensions).toMatchObject({
      code: 'BAD_USER_INPUT',
      fields: [{ field: 'after' }],
    });
  });
});

describe('GraphQL, asked for a task that cannot be', () => {
  startForAll();

  it.each([
    [{ taskId: '' }, ['taskId']],
    [{}, ['taskId']],
    [{ taskId: 'x'.repeat(257), failAtStep: 'step-9' }, ['taskId', 'failAtStep']],
    [{ taskId: 'x', failAttempts: 0 }, ['failAttempts']],
    [{ taskId: 'x', delayMs: 300_001 }, ['delayMs']],
    [{ taskId: 'x', delayMs: 1.5 }, ['delayMs']],
    [{ taskId: 'x', priority: -601 }, ['priority']],
    [{ taskId: 'x', force: 'yes' }, ['force']],
    [{ taskId: 'x', simulateFailure: 1 }, ['simulateFailure']],
    [{ taskId: 'x', more: 1 }, ['more']],
  ])('names the wrong fields of %j', async (input, fields) => {
    const { body } = await execute(demo.url, { query: REQUEST, variables: { input } });

    const [{ extensions }] = body.errors;
    expect(extensions).toEqual({ code: 'BAD_USER_INPUT', fields: expect.any(Array) });
    expect(extensions.fields.map(({ field }: { field: string }) => field)).toEqual(fields);
    expect(extensions.fields[0].messages[0]).toEqual(expect.any(String));
  });
});
