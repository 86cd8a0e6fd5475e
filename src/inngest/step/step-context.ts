import { Injectable } from '@nestjs/common';
import { currentStep, type InngestStep } from './current-step.js';

/** {@link currentStep} as an injectable class. */
@Injectable()
export class StepContext {
  /** The step in which this code runs; `undefined` outside of steps. */
  get current(): InngestStep | undefined {
    return currentStep();
  }
}
