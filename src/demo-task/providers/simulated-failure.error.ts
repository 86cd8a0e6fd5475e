import type { DemoTaskStep } from '../request/demo-task.steps.js';

/** A failure that the task requested. */
export class SimulatedFailureError extends Error {
  override readonly name = 'SimulatedFailureError';

  constructor(step: DemoTaskStep, attempt: number) {
    super(`${step} failed as requested (attempt ${attempt})`);
  }
}
