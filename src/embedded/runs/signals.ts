import { Injectable } from '@nestjs/common';
import { PatientStore } from '../faults/patient-store.js';
import { TimerStore } from '../store/timer.store.js';
import { WaitStore } from '../store/wait.store.js';
import { RunProgress } from './run-progress.js';

/** Brings signals to the steps that wait for them. */
@Injectable()
export class Signals {
  constructor(
    private readonly store: PatientStore,
    private readonly waits: WaitStore,
    private readonly timers: TimerStore,
    private readonly progress: RunProgress,
  ) {}

  /**
   * @param data what the step's result says beside the signal's name
   * @returns the id of the run that waited for the signal, or undefined when none does
   */
  receive(signal: string, data: unknown): Promise<string | undefined> {
    return this.store.forRequest(() => {
      const [wait] = this.waits.find('signal', signal);
      if (!wait || wait.stepId === null) return undefined;
      this.waits.remove(wait.id);
      this.timers.remove(wait.id);
      this.progress.resolve(wait.runId, wait.stepId, { data: { signal, data: data ?? null } });
      return wait.runId;
    });
  }
}
