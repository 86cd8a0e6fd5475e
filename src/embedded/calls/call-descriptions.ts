import { Injectable } from '@nestjs/common';
import { FunctionRegistry } from '../functions/function-registry.js';
import type { QueueItem } from '../store/queue.store.js';
import { RunStore } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';

/** Says which call a queue item is, for people. */
@Injectable()
export class CallDescriptions {
  constructor(
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly functions: FunctionRegistry,
  ) {}

  /** Such as `run 01J… of shop-order, step "charge"`. Apps do not tell which step they execute unless it was planned. */
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
