import { closeSync, existsSync, openSync, readSync, fstatSync } from 'node:fs';
import type { JournalEntry } from '../../demo-task/providers/step-journal.js';

/** One attempt of a step, as the worker recorded it. It has no end if the worker was killed during the attempt. */
export interface JournalAttempt {
  readonly runId: string;
  readonly stepId: string;
  readonly taskId: string;
  /** The attempt, from 0. */
  readonly attempt: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt?: number;
  /** Whether the step returned instead of throwing. */
  readonly succeeded: boolean;
}

/**
 * Reads the journal, a file in which the steps of a worker record their attempts. It does not depend on anything that
 * Inngest reports.
 */
export class Journal {
  private readonly known: JournalEntry[] = [];
  private readUpTo = 0;

  /** @param file the worker's DEMO_TASK_JOURNAL; it may not exist yet */
  constructor(readonly file: string) {}

  /** The attempts of a run, ordered by their start. */
  ofRun(runId: string): JournalAttempt[] {
    return attemptsOf(this.entries().filter((entry) => entry.runId === runId));
  }

  /** The attempts of all runs of a task, ordered by their start. */
  ofTask(taskId: string): JournalAttempt[] {
    return attemptsOf(this.entries().filter((entry) => entry.taskId === taskId));
  }

  /** All entries so far. Each call reads only the new part of the file. */
  private entries(): readonly JournalEntry[] {
    const added = this.added();
    // The worker may still be writing the last line.
    const whole = added.subarray(0, added.lastIndexOf('\n') + 1);
    this.readUpTo += whole.length;
    this.known.push(
      ...whole
        .toString()
        .split('\n')
        .flatMap((line) => parseEntry(line) ?? []),
    );
    return this.known;
  }

  private added(): Buffer {
    if (!existsSync(this.file)) return Buffer.alloc(0);
    const file = openSync(this.file, 'r');
    try {
      const bytes = Buffer.alloc(Math.max(0, fstatSync(file).size - this.readUpTo));
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, this.readUpTo));
    } finally {
      closeSync(file);
    }
  }
}

/** Parses a line. Undefined if it is invalid: a worker that was killed may leave an incomplete last line. */
function parseEntry(line: string): JournalEntry | undefined {
  try {
    const entry = JSON.parse(line) as JournalEntry;
    return Number.isNaN(Date.parse(entry.at)) ? undefined : entry;
  } catch {
    return undefined;
  }
}

function attemptsOf(entries: readonly JournalEntry[]): JournalAttempt[] {
  const attempts: JournalAttempt[] = [];
  for (const { phase, at, ...who } of entries) {
    const time = Date.parse(at);
    if (phase === 'start') {
      attempts.push({ ...who, startedAt: time, succeeded: false });
      continue;
    }
    const open = attempts.findLastIndex(
      ({ runId, stepId, attempt, endedAt }) =>
        runId === who.runId && stepId === who.stepId && attempt === who.attempt && endedAt === undefined,
    );
    const begun = attempts[open];
    if (begun) attempts[open] = { ...begun, endedAt: time, succeeded: phase === 'end' };
  }
  return attempts;
}
