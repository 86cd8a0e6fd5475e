import { Injectable } from '@nestjs/common';
import { FunctionRegistry } from '../../functions/function-registry.js';
import { RunProgress } from '../../runs/run-progress.js';
import { RunStarter } from '../../starts/run-starter.js';
import { PatientStore } from '../../faults/patient-store.js';
import { hasEnded, RunStore, type FromStep, type Run } from '../../store/run.store.js';

/** Cancels and replays runs on request. */
@Injectable()
export class RunCommands {
  constructor(
    private readonly store: PatientStore,
    private readonly runs: RunStore,
    private readonly functions: FunctionRegistry,
    private readonly starter: RunStarter,
    private readonly progress: RunProgress,
  ) {}

  /**
   * Cancels a run, unless it has ended. It does not interrupt a call that is under way; the server drops its answer.
   */
  async cancel(run: Run, reason = 'cancelled by a request'): Promise<void> {
    if (hasEnded(run)) return;
    await this.store.forRequest(() => this.progress.cancel(run, reason));
  }

  /**
   * Starts a new run of the same function with the same events. Idempotency does not skip it.
   *
   * @param fromStep a step of the run: the new run takes over the results of the steps before it
   * @returns the new run; undefined when the function is not registered any more
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
