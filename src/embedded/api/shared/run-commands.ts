import { Injectable } from '@nestjs/common';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { RunProgress } from '../../runs/run-progress.js';
import { RunStarter } from '../../starts/run-starter.js';
import { PatientStore } from '../../faults/patient-store.js';
import { hasEnded, RunStore, type FromStep, type Run } from '../../store/run.store.js';

/** What people can do to a run. */
@Injectable()
export class RunCommands {
  constructor(
    private readonly store: PatientStore,
    private readonly runs: RunStore,
    private readonly functions: FunctionRegistry,
    private readonly starter: RunStarter,
    private readonly progress: RunProgress,
  ) {}

  /** Cancels a run; one that has ended stays as it is. A call under way is not interrupted, its answer is dropped. */
  async cancel(run: Run, reason = 'cancelled by a request'): Promise<void> {
    if (hasEnded(run)) return;
    await this.store.forRequest(() => this.progress.cancel(run, reason));
  }

  /**
   * Runs the function again with the same events, whatever idempotency says. Undefined when it is gone.
   *
   * @param fromStep takes over the results of the steps before this one, which must be one of the run's
   */
  async replay(run: Run, fromStep?: FromStep): Promise<Run | undefined> {
    const fn = this.functions.byId(run.functionId);
    const event = this.runs.firstEventOf(run.id);
    if (!fn || fn.archivedAt !== null || !event) return undefined;
    return this.store.forRequest(() =>
      this.starter.start(fn, event, { replayOf: run, ...(fromStep && { fromStep }) }),
    );
  }
}
