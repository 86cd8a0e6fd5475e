import { Injectable } from '@nestjs/common';
import { currentStep, type InngestStep } from './current-step.js';

/** {@link currentStep} for those who rather inject it. */
@Injectable()
export class StepContext {
  /** The step this code runs in, or `undefined` outside of steps. */
  get current(): InngestStep | undefined {
    return currentStep();
  }
}
