import { Injectable } from '@nestjs/common';
import { FunctionPauses, pausedSkipReason } from '../../functions/function-pauses.js';
import { hasEnded, type Run } from '../../store/run.store.js';
import { StepStore } from '../../store/step.store.js';
import { RunCommands } from '../shared/run-commands.js';
import { V2Exception } from '../shared/v2.exception.js';
import { fromStepIn } from './from-step.js';
import { V2Answers } from './v2-answer.js';

/** Cancels and reruns a run on request, with the errors of the v2 API. */
@Injectable()
export class RunRequests {
  constructor(
    private readonly answers: V2Answers,
    private readonly steps: StepStore,
    private readonly pauses: FunctionPauses,
    private readonly commands: RunCommands,
  ) {}

  /** Cancels a run. @throws V2Exception 400 for an invalid id, 404 for an unknown run, 409 for a run that has ended */
  async cancel(id: string): Promise<Run> {
    const run = this.answers.run(id);
    if (run.status === 'CANCELLED')
      throw new V2Exception(409, 'run_already_cancelled', 'Run is already cancelled');
    if (hasEnded(run)) throw new V2Exception(409, 'run_already_ended', 'Cannot cancel an ended run');
    await this.commands.cancel(run);
    return run;
  }

  /**
   * Starts a new run of the same function with the same events.
   *
   * @param body with `{fromStep: {stepId, input?}}` the new run takes over the results of the steps before that step
   * @returns the new run
   * @throws V2Exception 400 for an invalid id or step, 404 for an unknown run, 409 for a function that is paused and skips
   *   new runs, or that is not registered any more
   */
  async rerun(id: string, body: unknown): Promise<Run> {
    const run = this.answers.run(id);
    const pause = this.pauses.of(run.functionId);
    if (pause?.newRuns === 'skip') throw new V2Exception(409, 'function_paused', pausedSkipReason(pause));
    const again = await this.commands.replay(run, fromStepIn(body, this.steps.ofRun(run.id)));
    if (again) return again;
    throw new V2Exception(409, 'not_registered', "The run's function is not registered any more.");
  }
}
