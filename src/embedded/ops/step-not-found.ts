import { Injectable } from '@nestjs/common';
import type { Op } from '../protocol/ops.js';
import { Backoff } from '../queue/backoff.js';
import { RunProgress } from '../runs/run-progress.js';
import { StepStore } from '../store/step.store.js';
import { nameOf, races, type Effect, type OpContext, type OpHandler } from './op-handler.js';

/**
 * Handles a planned step that the function's code no longer has. The call is retried, because the next deployment may have
 * the step again; after the last attempt the step fails.
 */
@Injectable()
export class StepNotFound implements OpHandler {
  readonly codes = ['StepNotFound'] as const;

  constructor(
    private readonly steps: StepStore,
    private readonly progress: RunProgress,
    private readonly backoff: Backoff,
  ) {}

  apply(op: Op, { run, fn, item, retryAfter, now }: OpContext): Effect {
    if (item.attempt + 1 < fn.maxAttempts) {
      return { kind: 'retry', at: this.backoff.nextTry(item.attempt, retryAfter, now) };
    }
    const message = `The function has no step "${nameOf(op)}" any more.`;
    const stepId = item.stepId ?? op.id;
    // A step that was never planned has no row in which to store the error.
    if (this.steps.get(run.id, stepId)?.memo !== null)
      return { kind: 'resolved', race: races(op), isKnown: true };
    this.progress.memoize(run.id, stepId, { error: { name: 'Error', message } }, 'FAILED');
    return { kind: 'resolved', race: races(op) };
  }
}
