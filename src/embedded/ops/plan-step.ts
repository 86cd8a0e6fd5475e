import { Injectable } from '@nestjs/common';
import type { Op } from '../protocol/ops.js';
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
}
