import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDemoTasks, STEPS, task } from '../../../test/support/demo-task.js';
import type { JournalEntry } from './step-journal.js';

describe('The journal of the steps', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'));
    file = join(folder, 'steps.jsonl');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const entries = (): JournalEntry[] =>
    readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as JournalEntry);

  it('has a line for the start and the end of every attempt of every step', async () => {
    const demo = await startDemoTasks({ environment: { DEMO_TASK_JOURNAL: file } });
    const failing = { simulateFailure: true, failAtStep: STEPS[1], failAttempts: 1, delayMs: 2_000 };
    const [eventId] = await demo.send(task('first', failing));
    const run = await demo.ended(eventId);
    await demo.close();

    expect(entries().map(({ phase, stepId, attempt }) => `${stepId} ${attempt} ${phase}`)).toEqual([
      `${STEPS[0]} 0 start`,
      `${STEPS[0]} 0 end`,
      `${STEPS[1]} 0 start`,
      `${STEPS[1]} 0 error`,
      `${STEPS[1]} 1 start`,
      `${STEPS[1]} 1 end`,
      ...STEPS.slice(2).flatMap((step) => [`${step} 0 start`, `${step} 0 end`]),
    ]);
    expect(entries().every(({ runId, taskId }) => runId === run.id && taskId === 'first')).toBe(true);
    const [start, end] = entries().filter(({ stepId }) => stepId === STEPS[2]);
    expect(Date.parse(end!.at) - Date.parse(start!.at)).toBe(2_000);
  });

  it('fails the start when it cannot be written', async () => {
    const starting = startDemoTasks({
      environment: { DEMO_TASK_JOURNAL: join(folder, 'missing', 'steps.jsonl') },
    });
    await expect(starting).rejects.toThrow('DEMO_TASK_JOURNAL cannot be written: ENOENT');
  });
});
