import { Logger } from '@nestjs/common';
import type { InngestHarness } from '../src/testing/nest.js';
import { WorkerLogger } from '../src/worker-logger.js';
import { startDemoTasks, STEPS, task } from './support/demo-task.js';

interface Line {
  message: unknown;
  run?: string;
  function?: string;
  step?: string;
  attempt?: number;
  trace?: string;
}

const TRACE = '0af7651916cd43dd8448eb211c80319c';

describe.each([true, false])('The log as JSON, with checkpointing %s', (checkpointing) => {
  let inngest: InngestHarness;
  let printed = '';

  beforeEach(async () => {
    inngest = await startDemoTasks({ inngest: { checkpointing } });
    printed = '';
    const write = (text: string | Uint8Array): boolean => ((printed += String(text)), true);
    jest.spyOn(process.stdout, 'write').mockImplementation(write);
    jest.spyOn(process.stderr, 'write').mockImplementation(write);
    Logger.overrideLogger(new WorkerLogger({ json: true }));
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    Logger.overrideLogger(false);
    await inngest.close();
  });

  const linesOf = (run: string): Line[] =>
    printed
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)
      .filter((line) => line.run === run);

  it('has run, function, step, attempt and trace on each line of a step, the same trace in every call', async () => {
    const [eventId] = await inngest.send(task('a', { delayMs: 5, simulateFailure: true, failAttempts: 1 }));
    const { id } = await inngest.ended(eventId);
    const lines = linesOf(id);
    const [first] = lines;
    expect(first?.trace).toMatch(/^[0-9a-f]{32}$/);
    for (const line of lines) {
      expect(line).toMatchObject({ function: 'demo-task', trace: first?.trace });
      expect(STEPS).toContain(line.step);
    }
    expect(new Set(lines.map(({ attempt }) => attempt))).toEqual(new Set([0, 1]));
  });

  it('has the trace that the event names', async () => {
    const [eventId] = await inngest.send({
      ...task('b', { delayMs: 5 }),
      user: { traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
    } as never);
    const lines = linesOf((await inngest.ended(eventId)).id);
    expect(lines.length).toBeGreaterThan(0);
    expect(new Set(lines.map(({ trace }) => trace))).toEqual(new Set([TRACE]));
  });
});
