import { Injectable } from '@nestjs/common';
import type { Op } from '../protocol/ops.js';
import { RunProgress } from '../runs/run-progress.js';
import type { QueueItem } from '../store/queue.store.js';
import type { Run } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';
import { CallQueue } from '../queue/call-queue.js';
import { KNOWN, nameOf, PENDING, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

/**
 * Queues a step call for a planned step: one of several parallel steps, or one that the app had no time left to execute.
 */
@Injectable()
export class PlanStep implements OpHandler {
  readonly codes = ['StepPlanned'] as const;

  constructor(
    private readonly steps: StepStore,
    private readonly queue: CallQueue,
    private readonly progress: RunProgress,
  ) {}

  apply(op: Op, { run, now }: OpContext): Effect {
    const known = this.steps.get(run.id, op.id);
    // A step that failed inside a call of the function may be planned later. Any other known step is queued or under way.
    if (known && known.status !== 'FAILED') return KNOWN;
    this.steps.save({
      runId: run.id,
      id: op.id,
      name: nameOf(op),
      op: 'RUN',
      status: 'QUEUED',
      opts: op.opts ? JSON.stringify(op.opts) : null,
      race: races(op),
      queuedAt: now,
      startedAt: null,
      endedAt: null,
    });
    this.queue.enqueueStep(run, op.id);
    return PENDING;
  }

  /**
   * Queues the step call again if a step call ended without an op for its step, since nothing else would bring the result.
   * That counts as a step, so that the step limit ends a run whose app answers so forever.
   */
  requeueUnanswered(run: Run, { stepId }: QueueItem): void {
    const step = stepId === null ? undefined : this.steps.get(run.id, stepId);
    if (step?.op !== 'RUN' || step.memo !== null) return;
    // RUNNING: the call that has just ended set this status, and its answer did not change it.
    if (step.status !== 'QUEUED' && step.status !== 'RUNNING') return;
    if (this.queue.hasCallOf(run.id, step.id)) return;
    this.progress.countRepetition(run.id);
    this.queue.enqueueStep(run, step.id);
  }
}
