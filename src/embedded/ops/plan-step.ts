import { Injectable } from '@nestjs/common';
import type { Op } from '../protocol/ops.js';
import { RunProgress } from '../runs/run-progress.js';
import type { QueueItem } from '../store/queue.store.js';
import type { Run } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';
import { CallQueue } from '../queue/call-queue.js';
import { KNOWN, nameOf, PENDING, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

/** The function wants a step run by a call of its own: parallel steps, or after the longest time in one call. */
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
    // A step that failed inside a call of the function may be planned later; any other known one is on its way.
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
   * A call that was to run one planned step has ended. If its answer said nothing of that step, nothing else would bring the
   * result: the step is called again, and that counts as a step, so that an app cannot answer so for ever.
   */
  callAgain(run: Run, { stepId }: QueueItem): void {
    const step = stepId === null ? undefined : this.steps.get(run.id, stepId);
    if (step?.op !== 'RUN' || step.memo !== null) return;
    // It waits for a call or, as far as the store knows, is in this one.
    if (step.status !== 'QUEUED' && step.status !== 'RUNNING') return;
    if (this.queue.hasCallOf(run.id, step.id)) return;
    this.progress.countRepetition(run.id);
    this.queue.enqueueStep(run, step.id);
  }
}
