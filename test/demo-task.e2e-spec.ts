import type { Run } from '../src/testing/nest.js';
import { InngestHarness } from '../src/testing/nest.js';
import { clientModes } from './support/client-mode.js';
import { startDemoTasks, STEPS, task } from './support/demo-task.js';
import { cases } from './support/slow-tests.js';

interface DemoOutput {
  taskId: string;
  steps: { id: string; startedAt: string; endedAt: string; attempt: number }[];
}

describe.each(clientModes())('The demo task ($checkpointing)', (inngest) => {
  let demo: InngestHarness;

  beforeEach(async () => {
    demo = await startDemoTasks({ inngest });
  });

  afterEach(() => demo.close());

  /** How often each step was executed, over all attempts, as Inngest saw it. */
  const executions = async (run: Run): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const name of STEPS) {
      const attempts = await demo.attempts(run, name);
      if (attempts.length > 0) counts[name] = attempts.length;
    }
    return counts;
  };

  it('runs its five steps in order and returns their times', async () => {
    const [eventId] = await demo.send(task('first', { delayMs: 2_500 }));

    const run = await demo.ended(eventId);

    expect(run.status).toBe('COMPLETED');
    const output = run.output as DemoOutput;
    expect(output.taskId).toBe('first');
    expect(output.steps.map((step) => step.id)).toEqual(STEPS);
    expect(output.steps.map((step) => Date.parse(step.endedAt) - Date.parse(step.startedAt))).toEqual([
      0, 0, 2_500, 0, 0,
    ]);
    expect(output.steps.every((step) => step.attempt === 0)).toBe(true);
    expect((await demo.steps(run)).filter((step) => step.stepOp === 'RUN').map((step) => step.name)).toEqual(
      STEPS,
    );
    expect(demo.elapsed).toBe(2_500);
  });

  const [step1, step2, step3, step4, step5] = STEPS;

  it.each(cases([step4], [step1, step2, step3, step5]))(
    'fails for good at %s, retried after 1, 2, 4, 8 and 16 seconds',
    async (failing) => {
      const [eventId] = await demo.send(
        task('failing', { simulateFailure: true, failAtStep: failing, delayMs: 0 }),
      );

      const run = await demo.ended(eventId);

      expect(run.status).toBe('FAILED');
      expect(run.output).toMatchObject({
        name: 'SimulatedFailureError',
        message: expect.stringContaining(failing),
      });
      const position = STEPS.indexOf(failing);
      const once = Object.fromEntries(STEPS.slice(0, position).map((name) => [name, 1]));
      expect(await executions(run)).toEqual({ ...once, [failing]: 6 });
      const attempts = await demo.attempts(run, failing);
      const gaps = attempts.slice(1).map((attempt, index) => {
        const before = attempts[index]?.endedAt ?? '';
        return Date.parse(attempt.startedAt ?? '') - Date.parse(before);
      });
      expect(gaps).toHaveLength(5);
      gaps.forEach((gap, index) => {
        const base = 1_050 * 2 ** index;
        expect(gap).toBeGreaterThanOrEqual(base);
        expect(gap).toBeLessThanOrEqual(base * 1.1 + 1);
      });
    },
  );

  it('recovers: the failing step is tried again, and what succeeded before is not', async () => {
    const [eventId] = await demo.send(
      task('recovers', {
        simulateFailure: true,
        failAtStep: 'step-4-simulate-api-call',
        failAttempts: 2,
        delayMs: 0,
      }),
    );

    const run = await demo.ended(eventId);

    expect(run.status).toBe('COMPLETED');
    expect(await executions(run)).toEqual({
      'step-1-initialize': 1,
      'step-2-process': 1,
      'step-3-simulate-delay': 1,
      'step-4-simulate-api-call': 3,
      'step-5-finalize': 1,
    });
    expect((run.output as DemoOutput).steps.map((step) => step.attempt)).toEqual([0, 0, 0, 2, 0]);
  });

  it('tells its failure handler once it has failed for good', async () => {
    const [eventId] = await demo.send(task('handled', { simulateFailure: true, delayMs: 0 }));

    await demo.ended(eventId);
    await demo.allEnded();

    const handlers = (await demo.allRuns()).filter((run) => run.function.id === 'demo-task-failure');
    expect(handlers.map((run) => run.status)).toEqual(['COMPLETED']);
  });

  it('fails at once, without a retry, on a payload that it cannot read', async () => {
    // A different task id in each payload, because one task id starts only one run.
    const payloads = [
      [{ taskId: 5 }, 'taskId'],
      [{}, 'taskId'],
      [{ taskId: '' }, 'taskId'],
      [{ taskId: 'x'.repeat(257) }, 'taskId'],
      [{ taskId: 'a', delayMs: 'soon' }, 'delayMs'],
      [{ taskId: 'b', delayMs: 300_001 }, 'delayMs'],
      [{ taskId: 'c', priority: 601 }, 'priority'],
      [{ taskId: 'd', failAtStep: 'step-6' }, 'failAtStep'],
      [{ taskId: 'e', failAttempts: 0 }, 'failAttempts'],
      [null, 'taskId'],
    ] as const;

    for (const [data, field] of payloads) {
      const [eventId] = await demo.send({ name: 'demo/task.requested', data });
      const run = await demo.ended(eventId);

      const { status, output } = run as { status: string; output?: unknown };
      expect({ data, status, output }).toMatchObject({
        data,
        status: 'FAILED',
        output: { message: expect.stringContaining(field) },
      });
      // The priority 601 does not delay the run: it is limited to 600.
      expect(demo.elapsed).toBe(0);
      expect(await demo.attempts(run, 'Finalization')).toHaveLength(1);
    }
  });

  it('starts one run for a task id, however often it is sent', async () => {
    const ids = await demo.send(
      task('same', { delayMs: 0 }),
      task('same', { delayMs: 0 }),
      task('other', { delayMs: 0 }),
    );
    await demo.allEnded();

    const runs = await Promise.all(ids.map((id) => demo.runs(id)));
    expect(runs.map((list) => list.length)).toEqual([1, 0, 1]);
  });

  it('starts one run for a send that is repeated with the same seed', async () => {
    const send = async (): Promise<unknown> => {
      const answer = await fetch(`${demo.server.url}/e/test`, {
        method: 'POST',
        headers: {
          'x-inngest-event-id-seed': `${demo.clock.now()},${Buffer.alloc(10, 7).toString('base64')}`,
        },
        body: JSON.stringify([task('seeded', { force: true, delayMs: 0 })]),
      });
      return answer.json();
    };

    const first = await send();
    const second = await send();
    await demo.allEnded();

    expect(second).toEqual(first);
    expect(await demo.allRuns()).toHaveLength(1);
  });
});
