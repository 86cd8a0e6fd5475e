import { appendFileSync } from 'node:fs';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { Settings } from '../../config/index.js';
import { currentStep } from '../../inngest/index.js';

/** One line of the journal: the start or the end of an attempt of a step. */
export interface JournalEntry {
  /** `start`; then `end` if the step returned, or `error` if it threw. If the process was killed, only `start`. */
  phase: 'start' | 'end' | 'error';
  runId: string;
  stepId: string;
  taskId: string;
  /** From 0. */
  attempt: number;
  /** ISO 8601, in the worker's time. */
  at: string;
}

/**
 * Records what the steps do, independently of Inngest: it writes a line of JSON to the file DEMO_TASK_JOURNAL at the
 * start and at the end of every attempt. It writes each line before the work continues, so the file also shows attempts
 * that were killed.
 */
@Injectable()
export class StepJournal implements OnModuleInit {
  private readonly file: string | undefined;

  constructor(
    settings: Settings,
    private readonly clock: Clock,
  ) {
    this.file = settings.demoTaskJournal;
  }

  /** @throws Error if the file cannot be written, so that the start fails and not every step */
  onModuleInit(): void {
    if (this.file === undefined) return;
    try {
      appendFileSync(this.file, '');
    } catch (cause) {
      throw new Error(`DEMO_TASK_JOURNAL cannot be written: ${(cause as Error).message}`, { cause });
    }
  }

  /** Runs an attempt of the current step, and writes a line before and after it. */
  async around<T>(taskId: string, work: () => T | Promise<T>): Promise<T> {
    this.write('start', taskId);
    try {
      const result = await work();
      this.write('end', taskId);
      return result;
    } catch (error) {
      this.write('error', taskId);
      throw error;
    }
  }

  private write(phase: JournalEntry['phase'], taskId: string): void {
    const step = currentStep();
    if (this.file === undefined || step === undefined) return;
    const { runId, stepId, attempt } = step;
    const at = new Date(this.clock.now()).toISOString();
    const entry: JournalEntry = { phase, runId, stepId, taskId, attempt, at };
    // A single write in append mode (O_APPEND), so that lines of several workers never mix.
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }
}
