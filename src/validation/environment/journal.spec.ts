import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from './journal.js';

describe('Journal', () => {
  let directory: string;
  let file: string;
  let journal: Journal;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'journal-'));
    file = join(directory, 'steps.jsonl');
    journal = new Journal(file);
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  const line = (phase: string, attempt: number, at: number, runId = 'run'): string =>
    `${JSON.stringify({ phase, runId, stepId: 'a', taskId: 'task', attempt, at: new Date(at).toISOString() })}\n`;

  it('is empty before the worker has written anything', () => {
    expect(journal.ofRun('run')).toEqual([]);
  });

  it('tells when each attempt began and ended, and whether it returned', () => {
    appendFileSync(file, line('start', 0, 1) + line('error', 0, 2) + line('start', 1, 3) + line('end', 1, 4));
    const who = { runId: 'run', stepId: 'a', taskId: 'task' };
    expect(journal.ofRun('run')).toEqual([
      { ...who, attempt: 0, startedAt: 1, endedAt: 2, succeeded: false },
      { ...who, attempt: 1, startedAt: 3, endedAt: 4, succeeded: true },
    ]);
    expect(journal.ofTask('task')).toHaveLength(2);
    expect(journal.ofRun('another')).toEqual([]);
  });

  it('leaves the attempt open in which the worker died, also when it is made again under the same number', () => {
    appendFileSync(file, line('start', 0, 1) + line('start', 0, 5) + line('end', 0, 6));
    expect(journal.ofRun('run').map(({ startedAt, endedAt }) => [startedAt, endedAt])).toEqual([
      [1, undefined],
      [5, 6],
    ]);
  });

  it('goes on where it has read to, and waits for the rest of a line that is being written', () => {
    const whole = line('start', 0, 1);
    appendFileSync(file, whole + line('end', 0, 2).slice(0, 20));
    expect(journal.ofRun('run').map(({ endedAt }) => endedAt)).toEqual([undefined]);
    appendFileSync(file, line('end', 0, 2).slice(20) + line('start', 0, 3, 'other'));
    expect(journal.ofRun('run').map(({ endedAt }) => endedAt)).toEqual([2]);
    expect(journal.ofRun('other')).toHaveLength(1);
  });

  it('passes over what is no line of its own', () => {
    appendFileSync(file, `half of a li\n{"phase":"start"}\n${line('start', 0, 1)}`);
    expect(journal.ofRun('run')).toHaveLength(1);
  });
});
