import type { DemoTaskStatus } from '../src/demo-task/demo-task.views.js';
import { clientModes } from './support/client-mode.js';
import { STEPS, startDemoTasks, task } from './support/demo-task.js';
import type { InngestHarness } from '../src/testing/nest.js';

describe.each(clientModes())('Demo tasks over REST ($checkpointing)', (client) => {
  let inngest: InngestHarness;

  beforeEach(async () => {
    inngest = await startDemoTasks({ inngest: client });
  });

  afterEach(() => inngest.close());

  async function post(request: object): Promise<string> {
    const response = await fetch(`${inngest.url}/demo-tasks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    expect(response.status).toBe(202);
    return response.headers.get('location')!;
  }

  async function get(location: string): Promise<DemoTaskStatus> {
    const response = await fetch(inngest.url + location);
    expect(response.status).toBe(200);
    return (await response.json()) as DemoTaskStatus;
  }

  /** Lets time pass until the task has one of these statuses. */
  async function until(location: string, ...statuses: string[]): Promise<DemoTaskStatus> {
    await inngest.until(async () => statuses.includes((await get(location)).status));
    return get(location);
  }

  it('tells a task from its first step to its results', async () => {
    const location = await post({ taskId: 'first', delayMs: 2_000 });
    await inngest.advance(1_000);
    const running = await get(location);
    expect(running).toMatchObject({ taskId: 'first', status: 'RUNNING', run: { status: 'RUNNING' } });
    expect(running.run!.steps.slice(0, 2).map(({ id, status }) => [id, status])).toEqual([
      ['step-1-initialize', 'COMPLETED'],
      ['step-2-process', 'COMPLETED'],
    ]);

    const completed = await until(location, 'COMPLETED');
    expect(completed.run!.output).toMatchObject({ taskId: 'first', result: { state: 'finalized' } });
    expect(completed.run!.steps.map(({ id, status }) => [id, status])).toEqual(
      STEPS.map((id) => [id, 'COMPLETED']),
    );
    expect(completed.run!.steps[2]).toMatchObject({
      output: { waitedMs: 2_000 },
      attempts: [{ attempt: 0 }],
    });
  });

  it('tells a retry that is waited for, and the recovery', async () => {
    const location = await post({ taskId: 'first', delayMs: 0, simulateFailure: true, failAttempts: 2 });
    const waiting = await until(location, 'WAITING');
    const [, , , step4] = waiting.run!.steps;
    expect(waiting.run).not.toHaveProperty('endedAt');
    expect(waiting.run!.waiting).toMatchObject({ step: 'step-4-simulate-api-call', attempt: 1 });
    const due = Date.parse(waiting.run!.waiting!.until!) - Date.parse(step4!.attempts[0]!.endedAt!);
    expect(due).toBeGreaterThanOrEqual(1_050);
    expect(due).toBeLessThan(1_200);
    expect(step4).toMatchObject({
      status: 'WAITING',
      error: {
        name: 'SimulatedFailureError',
        message: 'step-4-simulate-api-call failed as requested (attempt 0)',
      },
    });

    const completed = await until(location, 'COMPLETED');
    expect(completed.run!.steps[3]!.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
      [0, 'FAILED'],
      [1, 'FAILED'],
      [2, 'COMPLETED'],
    ]);
  });

  it('tells what failed once every retry is used up', async () => {
    const location = await post({ taskId: 'first', simulateFailure: true, failAtStep: 'step-2-process' });
    const failed = await until(location, 'FAILED', 'COMPLETED');
    expect(failed.run).toMatchObject({
      status: 'FAILED',
      error: { name: 'SimulatedFailureError', message: 'step-2-process failed as requested (attempt 5)' },
    });
    expect(failed.run!.steps.map(({ id, status }) => [id, status])).toEqual([
      ['step-1-initialize', 'COMPLETED'],
      ['step-2-process', 'FAILED'],
    ]);
    expect(failed.run!.steps[1]!.attempts).toHaveLength(6);
  });

  it('tells the wrong fields of an event that came straight to Inngest', async () => {
    const [eventId] = await inngest.send({ name: 'demo/task.requested', data: { taskId: 5, delayMs: -1 } });
    const failed = await until(`/demo-tasks/${eventId}`, 'FAILED', 'COMPLETED');
    expect(failed).toMatchObject({
      taskId: 5,
      status: 'FAILED',
      run: {
        steps: [],
        error: {
          name: 'InvalidEventError',
          cause: { fields: [{ field: 'taskId' }, { field: 'delayMs' }] },
        },
      },
    });
  });

  it('tells a duplicate after 5 s, and not before', async () => {
    await post({ taskId: 'first', delayMs: 0 });
    const duplicate = await post({ taskId: 'first', delayMs: 0 });
    await inngest.advance(4_999);
    expect(await get(duplicate)).toMatchObject({ status: 'QUEUED' });
    await inngest.advance(1);
    const skipped = await get(duplicate);
    expect(skipped).toMatchObject({ status: 'SKIPPED', runs: [] });
    expect(skipped).not.toHaveProperty('run');
  });

  it('tells a task that is delayed, and one that was cancelled', async () => {
    const location = await post({ taskId: 'first', priority: -60 });
    await inngest.advance(10_000);
    const queued = await get(location);
    expect(queued).toMatchObject({ status: 'QUEUED', run: { waiting: { reason: expect.any(String) } } });
    await inngest.post(`/api/v2/runs/${queued.run!.id}/cancel`);
    expect(await get(location)).toMatchObject({ status: 'CANCELLED' });
  });

  it('describes the newest run after a replay, and lists both', async () => {
    const location = await post({ taskId: 'first', delayMs: 0 });
    const { run: first } = await until(location, 'COMPLETED');
    await inngest.advance(1_000);
    await inngest.post(`/api/v2/runs/${first!.id}/rerun`);
    await inngest.until(async () => (await get(location)).run!.id !== first!.id);
    const replayed = await until(location, 'COMPLETED');
    expect(replayed.runs.map(({ id }) => id)).toEqual([replayed.run!.id, first!.id]);
  });

  it("knows no task by another event's id, or by a run's", async () => {
    const [other] = await inngest.send({ name: 'other/event', data: {} });
    const [eventId] = await inngest.send(task('first', { delayMs: 0 }));
    const run = await inngest.ended(eventId);
    for (const id of [other, run.id, '01AN4Z07BY79KA1307SR9X4MV3']) {
      expect((await fetch(`${inngest.url}/demo-tasks/${id}`)).status).toBe(404);
    }
  });
});
