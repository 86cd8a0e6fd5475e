import { Logger } from '@nestjs/common';
import { NonRetriableError } from 'inngest';
import { FakeInngest } from '../../test/support/fake-inngest.js';
import { startWorker, type TestWorker } from '../../test/support/start-worker.js';
import { VirtualClock } from '../clock/index.js';
import { InngestRegistration } from '../inngest/index.js';
import type { DemoTaskOutput } from './demo-task.function.js';
import { DEMO_TASK_STEPS } from './request/demo-task.steps.js';
import { DataProcessingService } from './providers/data-processing.service.js';

interface Answer {
  status: number;
  noRetry: boolean;
  body: unknown;
}

/** An op in an answer of the SDK. */
interface StepOp {
  id: string;
  op: string;
  name: string;
  data?: Record<string, unknown>;
  error?: { name: string; message: string };
}

const RUN_ID = '01M84ANNWVWBP7SPVG9HWX15JS';

let clock: VirtualClock;
let inngest: FakeInngest;
let worker: TestWorker;

beforeAll(async () => {
  clock = new VirtualClock();
  inngest = await FakeInngest.start();
  // Without checkpointing each call ends after one step, so a test sees every step separately.
  worker = await startWorker({ INNGEST_URL: inngest.url }, { clock, inngest: { checkpointing: false } });
});

afterAll(async () => {
  await worker.close();
  await inngest.close();
});

/** Calls the worker as Inngest does, and lets virtual time pass until the worker has answered. */
async function call(
  fn: string,
  event: unknown,
  attempt: number,
  steps: Record<string, unknown>,
): Promise<Answer> {
  const ctx = {
    run_id: RUN_ID,
    fn_id: fn,
    attempt,
    max_attempts: 6,
    disable_immediate_execution: false,
    use_api: false,
    stack: { stack: Object.keys(steps), current: Object.keys(steps).length },
  };
  let answer: Answer | undefined;
  const calling = clock.calling('the worker', async (headers) => {
    const response = await fetch(`${worker.url}/api/inngest?fnId=algojuke-worker-${fn}&stepId=step`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ ctx, event, events: [event], steps, version: 2 }),
    });
    const noRetry = response.headers.get('x-inngest-no-retry') === 'true';
    answer = { status: response.status, noRetry, body: await response.json() };
  });
  await clock.pass(() => answer !== undefined);
  await calling;
  return answer!;
}

/**
 * Runs a demo task to its end. It executes each step, and retries it with the next attempt if it fails, at most six
 * attempts.
 * @returns all step calls in their order, and the last answer
 */
async function run(data: unknown): Promise<{ calls: (StepOp & { attempt: number })[]; last: Answer }> {
  const event = { name: 'demo/task.requested', data, id: '01M84ANNVE1NGMP237EZH9TRZ7', ts: clock.now() };
  const calls: (StepOp & { attempt: number })[] = [];
  const steps: Record<string, unknown> = {};
  let attempt = 0;
  for (;;) {
    const last = await call('demo-task', event, attempt, steps);
    if (last.status !== 206) return { calls, last };
    const [op] = last.body as [StepOp];
    calls.push({ ...op, attempt });
    if (op.op === 'StepRun') {
      steps[op.id] = { type: 'data', data: op.data };
      attempt = 0;
    } else if (op.op === 'StepError') {
      attempt++;
    } else {
      return { calls, last };
    }
  }
}

const iso = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string;

describe('The demo task', () => {
  it('takes five steps and tells when each ran, and on which attempt', async () => {
    const { calls, last } = await run({ taskId: 'first', delayMs: 2_000 });
    expect(calls.map(({ name }) => name)).toEqual(DEMO_TASK_STEPS);
    expect(last.status).toBe(200);
    const output = last.body as DemoTaskOutput;
    expect(output.taskId).toBe('first');
    expect(output.steps).toEqual(
      DEMO_TASK_STEPS.map((id) => ({ id, attempt: 0, startedAt: iso, endedAt: iso })),
    );
    expect(output.result).toMatchObject({ state: 'finalized', summary: expect.stringContaining('"first"') });
  });

  it('returns from each step what is worth reading in a dashboard', async () => {
    const { calls } = await run({ taskId: 'first', delayMs: 5 });
    expect(calls.map(({ data }) => data)).toMatchObject([
      { taskId: 'first', state: 'initialized', options: { delayMs: 5, priority: 0, forced: false } },
      { characters: 5, checksum: expect.stringMatching(/^[0-9a-f]{64}$/) },
      { requestedMs: 5, waitedMs: 5 },
      { status: 201, requestId: expect.any(String), idempotencyKey: expect.stringContaining(RUN_ID) },
      { state: 'finalized', checksum: calls[1]!.data!['checksum'], requestId: calls[3]!.data!['requestId'] },
    ]);
  });

  it.each([
    [{ delayMs: 300_000 }, 300_000],
    [{ delayMs: 0 }, 0],
    [{}, 1_000],
    [{ delayMs: null }, 1_000],
  ])('waits on the injected clock: %j takes %i ms', async (options, expected) => {
    const begin = clock.now();
    const { calls } = await run({ taskId: 'first', ...options });
    expect(clock.now() - begin).toBe(expected);
    expect(calls[2]!.data).toMatchObject({ waitedMs: expected });
  });
});

describe('A simulated failure', () => {
  it.each(DEMO_TASK_STEPS)('fails %s on every attempt', async (failAtStep) => {
    const { calls } = await run({ taskId: 'a', delayMs: 0, simulateFailure: true, failAtStep });
    const failed = calls.filter(({ name }) => name === failAtStep);
    expect(failed.map(({ op }) => op)).toEqual([...Array<string>(5).fill('StepError'), 'StepFailed']);
    expect(failed.at(-1)!.error).toMatchObject({
      name: 'SimulatedFailureError',
      message: `${failAtStep} failed as requested (attempt 5)`,
    });
    const before = DEMO_TASK_STEPS.slice(0, DEMO_TASK_STEPS.indexOf(failAtStep));
    expect(calls.slice(0, before.length).map(({ name, op }) => [name, op])).toEqual(
      before.map((name) => [name, 'StepRun']),
    );
  });

  it('is at step 4 unless another is named', async () => {
    const { calls } = await run({ taskId: 'a', delayMs: 0, simulateFailure: true, failAtStep: null });
    expect(calls.find(({ op }) => op === 'StepError')!.name).toBe('step-4-simulate-api-call');
  });

  it.each([1, 2, 5])('ends after failAttempts %i, and the retry succeeds', async (failAttempts) => {
    const { calls, last } = await run({ taskId: 'a', delayMs: 0, simulateFailure: true, failAttempts });
    const tries = calls.filter(({ name }) => name === 'step-4-simulate-api-call');
    expect(tries.map(({ op }) => op)).toEqual([...Array<string>(failAttempts).fill('StepError'), 'StepRun']);
    const output = last.body as DemoTaskOutput;
    expect(output.steps.map(({ attempt }) => attempt)).toEqual([0, 0, 0, failAttempts, 0]);
  });

  it('with failAttempts 6 leaves no attempt that could succeed', async () => {
    const { calls } = await run({ taskId: 'a', delayMs: 0, simulateFailure: true, failAttempts: 6 });
    expect(calls.at(-1)!.op).toBe('StepFailed');
  });

  it.each([{ failAtStep: 'step-2-process' }, { failAttempts: 3 }, { simulateFailure: false }])(
    'does not happen unless asked for with simulateFailure: %j',
    async (options) => {
      const { last } = await run({ taskId: 'a', delayMs: 0, ...options });
      expect(last.status).toBe(200);
    },
  );
});

describe('A bad event', () => {
  it.each([
    ['taskId', {}],
    ['taskId', { taskId: null }],
    ['taskId', { taskId: '' }],
    ['taskId', { taskId: 5 }],
    ['taskId', { taskId: ['a'] }],
    ['delayMs', { taskId: 'a', delayMs: 'abc' }],
    ['delayMs', { taskId: 'a', delayMs: 1e9 }],
    ['delayMs', { taskId: 'a', delayMs: 0.5 }],
    ['priority', { taskId: 'a', priority: 601 }],
    ['failAtStep', { taskId: 'a', failAtStep: 4 }],
    ['', null],
  ])('fails its run at once, naming %s: %j', async (field, data) => {
    const { calls, last } = await run(data);
    expect(calls).toEqual([]);
    expect(last).toMatchObject({
      status: 400,
      noRetry: true,
      body: {
        name: 'InvalidEventError',
        message: expect.stringMatching(/^Invalid event data: /),
        cause: { fields: [{ field, messages: expect.any(Array) }] },
      },
    });
  });

  it('may have fields that the task does not know', async () => {
    expect((await run({ taskId: 'a', delayMs: 0, colour: 'red' })).last.status).toBe(200);
  });
});

describe('The failure handler', () => {
  const failure = (
    data: unknown,
    error: unknown = { name: 'SimulatedFailureError', message: 'no luck' },
  ): unknown => ({
    name: 'inngest/function.failed',
    id: RUN_ID,
    ts: clock.now(),
    data: {
      function_id: 'algojuke-worker-demo-task',
      run_id: RUN_ID,
      error: { __serialized: true, stack: '', ...(error as object) },
      event: { name: 'demo/task.requested', data },
    },
  });

  it.each([
    [{ taskId: 'first' }, 'Task "first" failed after its last attempt'],
    [{}, 'Task without a task id failed after its last attempt'],
    [null, 'Task without a task id failed after its last attempt'],
  ])('logs one line with what failed: %j', async (data, line) => {
    const error = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const { status } = await call('demo-task-failure', failure(data), 0, {});
    expect(status).toBe(200);
    expect(error.mock.calls).toEqual([[`${line} (run ${RUN_ID}): SimulatedFailureError: no luck`]]);
    error.mockRestore();
  });

  it.each([
    ['TypeError: step-2-process: no luck', () => new TypeError('no luck')],
    ['NonRetriableError: step-2-process: no use', () => new NonRetriableError('no use')],
    ['AbortError: step-2-process: This operation was aborted', () => AbortSignal.abort().reason as Error],
  ])('names the step that failed, whatever its error was: %s', async (line, fail) => {
    const processing = jest.spyOn(worker.app.get(DataProcessingService), 'process').mockImplementation(() => {
      throw fail();
    });
    const { calls } = await run({ taskId: 'first' });
    processing.mockRestore();
    const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await call('demo-task-failure', failure({ taskId: 'first' }, calls.at(-1)!.error), 0, {});
    expect(log.mock.calls).toEqual([
      [expect.stringContaining(`failed after its last attempt (run ${RUN_ID}): ${line}`)],
    ]);
    log.mockRestore();
  });
});

describe('To Inngest the demo task', () => {
  it('is registered with its trigger, retries, throttle, concurrency, idempotency and priority', async () => {
    const registration = worker.app.get(InngestRegistration);
    const done = new Promise<void>((resolve) => {
      registration.onChange((state) => state === 'registered' && resolve());
    });
    registration.start(worker.url);
    await done;
    const { body } = inngest.received.find(({ path }) => path.startsWith('/fn/register'))!;
    const { functions } = body as { functions: Record<string, unknown>[] };
    expect(functions.map(({ id }) => id)).toEqual([
      'algojuke-worker-demo-task',
      'algojuke-worker-demo-task-failure',
    ]);
    expect(functions[0]).toMatchObject({
      name: 'Demo Task',
      triggers: [{ event: 'demo/task.requested' }],
      steps: { step: { retries: { attempts: 5 } } },
      throttle: { limit: 20, period: '60s' },
      concurrency: 10,
      idempotency: 'event.data.force == true ? event.id : event.data.taskId',
      priority: {
        run:
          'event.data.priority == null ? 0 : (event.data.priority > 600 ? 600 : ' +
          '(event.data.priority < -600 ? -600 : int(event.data.priority)))',
      },
    });
  });
});
