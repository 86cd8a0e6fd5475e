import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { Changes } from '../notices/notices.js';
import type { SerializedError } from '../protocol/ops.js';
import { Backoff } from '../queue/backoff.js';
import { CallQueue } from '../queue/call-queue.js';
import { RunProgress } from '../runs/run-progress.js';
import type { QueueItem } from '../store/queue.store.js';
import { hasEnded, RunStore } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';

/** The consequence of the end of the process for a call that was the only one under way. */
export interface CountedEnd {
  /** How often the call has been made, including the executions that did not count as attempts. */
  executions: number;
  maxAttempts: number;
  /** When the call is made again, in wall-clock milliseconds; null when this was its last attempt. */
  retryAt: number | null;
}

/** Counts the end of the process as a failed attempt of a call. */
@Injectable()
export class ProcessEnd {
  constructor(
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly functions: FunctionRegistry,
    private readonly queue: CallQueue,
    private readonly progress: RunProgress,
    private readonly backoff: Backoff,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /**
   * Requeues the call as a suspect, or fails its run when no attempt is left. Earlier ends of the process that did not
   * count, because other calls were under way too, now count towards the limit: so a step that always ends the process is
   * not executed more often than its retries allow.
   *
   * A part of the caller's transaction.
   *
   * @param item a call that is stored as running
   * @returns undefined when the run has ended already
   */
  count(item: QueueItem): CountedEnd | undefined {
    const run = this.runs.getOrThrow(item.runId);
    if (hasEnded(run)) {
      this.queue.finish(item);
      return undefined;
    }
    const { attempt, uncounted } = item;
    const now = this.clock.now();
    const maxAttempts = this.functions.byId(run.functionId)?.maxAttempts ?? 1;
    const executions = attempt + uncounted + 1;
    const retryAt = executions >= maxAttempts ? null : this.backoff.nextTry(attempt, undefined, now);
    const error = processEnded(executions, maxAttempts);
    this.steps.addAttempt({
      runId: run.id,
      stepId: item.stepId ?? '',
      number: attempt,
      status: 'FAILED',
      queuedAt: item.queuedAt,
      startedAt: item.calledAt ?? item.queuedAt,
      endedAt: now,
      output: JSON.stringify(error),
      retryAt,
    });
    this.changes.mark({ kind: 'run', runId: run.id });
    if (retryAt !== null) this.queue.retry(item, run, attempt + 1, retryAt, { suspect: true, uncounted });
    else {
      this.progress.fail(run, error);
      this.queue.finish(item);
    }
    return { executions, maxAttempts, retryAt };
  }
}

function processEnded(executions: number, maxAttempts: number): SerializedError {
  return {
    name: 'ProcessEndedError',
    message:
      `The process ended while this call was the only one under way (attempt ${executions} of ${maxAttempts}). ` +
      'Look for process.exit(), an unhandled rejection, too little memory or a kill from outside.',
  };
}
