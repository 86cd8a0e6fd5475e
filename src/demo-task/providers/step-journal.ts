import { appendFileSync } from 'node:fs';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { Settings } from '../../config/index.js';
import { currentStep } from '../../inngest/index.js';

/** One line of the journal: an attempt of a step began, or ended. */
export interface JournalEntry {
  /** `start`, and then `end` when it returned or `error` when it threw; neither when its process was killed. */
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
 * Says what the steps do, independently of Inngest: a line of JSON in the file DEMO_TASK_JOURNAL for the start and the
 * end of every attempt. Each is written before the work goes on, so what was killed is there too.
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

  /** @throws Error when the file cannot be written: better the start fails than every step */
  onModuleInit(): void {
    if (this.file === undefined) return;
    try {
      appendFileSync(this.file, '');
    } catch (cause) {
      throw new Error(`DEMO_TASK_JOURNAL cannot be written: ${(cause as Error).message}`, { cause });
    }
  }

  /** Does an attempt of the current step, between two lines of the journal. */
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
    // One write of its own (O_APPEND): lines of several workers never mix.
    appendFileSync(this.file, `${JSON.stringify(entry)}\n`);
  }
}
