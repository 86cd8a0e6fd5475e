import { Injectable } from '@nestjs/common';
import { FunctionRegistry } from '../functions/function-registry.js';
import type { QueueItem } from '../store/queue.store.js';
import { RunStore } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';

/** Describes queue items in log messages. */
@Injectable()
export class CallDescriptions {
  constructor(
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly functions: FunctionRegistry,
  ) {}

  /**
   * For example `run 01J… of shop-order, step "charge"`. The server knows the step only if it was planned. Otherwise
   * the app reports a step after executing it, so the description names the last memoized step.
   */
  of({ runId, stepId }: QueueItem): string {
    const functionId = this.runs.get(runId)?.functionId ?? '';
    return `run ${runId} of ${this.functions.byId(functionId)?.slug ?? functionId}, ${this.where(runId, stepId)}`;
  }

  private where(runId: string, stepId: string | null): string {
    if (stepId !== null) return `step "${this.steps.get(runId, stepId)?.name ?? stepId}"`;
    const last = this.steps.lastMemoized(runId);
    return last === undefined ? 'before its first step was done' : `after step "${last}"`;
  }
}
