import { Injectable } from '@nestjs/common';
import { DEFAULT_FAILING_STEP, type DemoTaskRequest } from '../request/demo-task-request.dto.js';
import type { DemoTaskStep } from '../request/demo-task.steps.js';
import { SimulatedFailureError } from './simulated-failure.error.js';

/** Fails steps on request. */
@Injectable()
export class FailureSimulator {
  /**
   * @param attempt the attempt of this step, counted from 0
   * @throws SimulatedFailureError if the task requests a failure of this attempt of this step
   */
  failOnRequest(task: DemoTaskRequest, step: DemoTaskStep, attempt: number): void {
    if (task.simulateFailure !== true || step !== (task.failAtStep ?? DEFAULT_FAILING_STEP)) return;
    if (attempt < (task.failAttempts ?? Number.POSITIVE_INFINITY))
      throw new SimulatedFailureError(step, attempt);
  }
}
