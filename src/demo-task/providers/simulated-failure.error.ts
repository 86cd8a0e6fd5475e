import type { DemoTaskStep } from '../request/demo-task.steps.js';

/** The failure that a task asked for. */
export class SimulatedFailureError extends Error {
  override readonly name = 'SimulatedFailureError';

  constructor(step: DemoTaskStep, attempt: number) {
    super(`${step} failed as requested (attempt ${attempt})`);
  }
}
