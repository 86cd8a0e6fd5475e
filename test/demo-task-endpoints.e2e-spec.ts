import type { InngestHarness, ServedNestApp } from '../src/testing/nest.js';
import { startDemoTasks, task } from './support/demo-task.js';

interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a test expects of a body is its type
  body: any;
}

const UNKNOWN = '01AN4Z07BY79KA1307SR9X4MV3';

let demo: InngestHarness<ServedNestApp>;

const ask = async (method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> => {
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await fetch(`${demo.url}/demo-tasks${path}`, { method, headers, ...sent });
  return { status: answer.status, headers: answer.headers, body: await answer.json() };
};

/** Sends a task and waits until its step 4 has failed once and waits for its retry. Returns the id of its event. */
const waiting = async (taskId: string): Promise<string> => {
  const [id] = await demo.send(
    task(taskId, { delayMs: 0, simulateFailure: true, failAtStep: 'step-4-simulate-api-call' }),
  );
  await demo.until(async () => (await demo.run(id)).waiting?.attempt === 1);
  return id ?? '';
};

const completed = async (taskId: string): Promise<string> => {
  const [id] = await demo.send(task(taskId, { delayMs: 0 }));
  await demo.ended(id);
  return id ?? '';
};

describe('The list of demo tasks, and what can be done with one', () => {
  describe('GET /demo-tasks', () => {
    // Each test has a worker of its own, because the list has all tasks.
    beforeEach(async () => {
      demo = await startDemoTasks();
    });

    afterEach(() => demo.close());

    it('tells the tasks newest first, page by page', async () => {
      const ids: string[] = [];
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        ids.unshift(await completed(name));
        await demo.advance(1_000);
      }
      const seen: string[] = [];
      let cursor: string | undefined = '';
      const sizes: number[] = [];
      while (cursor !== undefined) {
        const { body } = await ask('GET', `?limit=2${cursor && `&cursor=${cursor}`}`);
        sizes.push(body.tasks.length);
        seen.push(...body.tasks.map((one: { eventId: string }) => one.eventId));
        expect(body.page.hasMore).toBe(body.page.cursor !== undefined);
        cursor = body.page.cursor;
      }

      expect(seen).toEqual(ids);
      expect(sizes).toEqual([2, 2, 1]);
    });

    it('goes on where a page ended though tasks came since', async () => {
      const first = await completed('first');
      await demo.advance(1_000);
      const second = await completed('second');
      const { body: page } = await ask('GET', '?limit=1');
      await demo.advance(1_000);
      await completed('third');

      const { body: rest } = await ask('GET', `?limit=1&cursor=${page.page.cursor}`);

      expect(page.tasks[0].eventId).toBe(second);
      expect(rest).toMatchObject({ tasks: [{ eventId: first, taskId: 'first' }], page: { hasMore: false } });
    });

    it('tells a task as its run stands', async () => {
      const id = await completed('one');

      const { status, body } = await ask('GET', '');

      expect(status).toBe(200);
      expect(body).toEqual({
        tasks: [
          {
            eventId: id,
            taskId: 'one',
            status: 'COMPLETED',
            receivedAt: expect.stringMatching(/Z$/),
            run: {
              id: (await demo.run(id)).id,
              status: 'COMPLETED',
              queuedAt: expect.stringMatching(/Z$/),
              startedAt: expect.stringMatching(/Z$/),
              endedAt: expect.stringMatching(/Z$/),
            },
            links: { self: `/demo-tasks/${id}`, dashboard: expect.stringContaining('/run?runID=') },
          },
        ],
        page: { hasMore: false },
      });
    });

    it('tells those of one status', async () => {
      const done = await completed('done');
      const waits = await waiting('waits');
      const of = async (status: string): Promise<string[]> => {
        const { body } = await ask('GET', `?status=${status}`);
        return body.tasks.map((one: { eventId: string }) => one.eventId);
      };

      expect(await of('COMPLETED')).toEqual([done]);
      expect(await of('WAITING')).toEqual([waits]);
      expect(await of('RUNNING')).toEqual([]);
      expect(await of('FAILED')).toEqual([]);
    });
  });
});

describe('The list of demo tasks, and what can be done with one', () => {
  beforeAll(async () => {
    demo = await startDemoTasks();
  });

  afterAll(() => demo.close());

  describe('GET /demo-tasks', () => {
    it.each([
      ['status=DONE', 'status'],
      ['status=SKIPPED', 'status'],
      ['status=FAILED&status=QUEUED', 'status'],
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['limit=1.5', 'limit'],
      ['limit=', 'limit'],
      ['cursor=x', 'cursor'],
      [`cursor=${Buffer.from('["x",null]').toString('base64url')}`, 'cursor'],
      ['page=2', 'page'],
    ])('refuses ?%s by name', async (query, field) => {
      const { status, body } = await ask('GET', `?${query}`);

      expect([status, body.errors.map((error: { field: string }) => error.field)]).toEqual([400, [field]]);
    });
  });

  describe('POST /demo-tasks/{eventId}/cancel', () => {
    it('cancels a run that goes on', async () => {
      const id = await waiting('unwanted');

      const { status, body } = await ask('POST', `/${id}/cancel`);

      expect([status, body]).toEqual([
        202,
        { eventId: id, runIds: [(await demo.run(id)).id], status: `/demo-tasks/${id}` },
      ]);
      expect((await ask('GET', `/${id}`)).body.status).toBe('CANCELLED');
    });

    it('answers 409 when the run has ended, or there is none', async () => {
      const done = await completed('done');
      const [duplicate] = await demo.send(task('done'));
      await demo.advance(10_000);

      expect((await ask('POST', `/${done}/cancel`)).body).toEqual({
        statusCode: 409,
        error: 'Conflict',
        message: 'The run is already COMPLETED, so there is nothing to cancel.',
      });
      expect(await ask('POST', `/${duplicate}/cancel`)).toMatchObject({
        status: 409,
        body: { message: expect.stringContaining('duplicate of an earlier one') },
      });
    });
  });

  describe('POST /demo-tasks/{eventId}/replay', () => {
    it('runs the task again', async () => {
      const id = await completed('again');

      const { status, headers, body } = await ask('POST', `/${id}/replay`, {});
      await demo.advance(5_000);
      const { body: task } = await ask('GET', `/${id}`);

      expect([status, headers.get('location')]).toEqual([202, `/demo-tasks/${id}`]);
      expect(task).toMatchObject({ status: 'COMPLETED', run: { id: body.runId } });
      expect(task.runs).toHaveLength(2);
    });

    it('answers 409 while the run goes on', async () => {
      const id = await waiting('busy');

      expect(await ask('POST', `/${id}/replay`)).toMatchObject({
        status: 409,
        body: { error: 'Conflict', message: expect.stringContaining('Wait until it has ended') },
      });
    });
  });

  it.each(['cancel', 'replay'])(
    'POST …/%s answers 404 for an unknown id, and reads no fields',
    async (what) => {
      const id = await completed(`known-${what}`);

      expect((await ask('POST', `/${UNKNOWN}/${what}`)).status).toBe(404);
      expect((await ask('POST', `/no-ulid/${what}`)).status).toBe(404);
      expect(await ask('POST', `/${id}/${what}`, { runId: 'x' })).toMatchObject({
        status: 400,
        body: { errors: [{ field: 'runId' }] },
      });
    },
  );
});
