import { Injectable } from '@nestjs/common';
import { PatientStore } from '../faults/patient-store.js';
import { TimerStore } from '../store/timer.store.js';
import { WaitStore } from '../store/wait.store.js';
import { RunProgress } from './run-progress.js';

/** Delivers signals to the steps that wait for them. */
@Injectable()
export class Signals {
  constructor(
    private readonly store: PatientStore,
    private readonly waits: WaitStore,
    private readonly timers: TimerStore,
    private readonly progress: RunProgress,
  ) {}

  /**
   * @param data the signal's data, which become a part of the step's result
   * @returns the id of the run that waited for the signal; undefined when none did
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
