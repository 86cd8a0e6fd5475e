import { AsyncLocalStorage } from 'node:async_hooks';

/** The step whose handler is running. */
export interface InngestStep {
  /** The run's id, a ULID. */
  readonly runId: string;
  /** The function's id, without the app's. */
  readonly functionId: string;
  /** The id given to `step.run(id, ...)`. */
  readonly stepId: string;
  /** From 0, counted per step: after a step has succeeded the next one starts at 0 again. */
  readonly attempt: number;
  /**
   * The same for every attempt of this step in this run and different for everything else, also when a loop uses
   * one step id twice: hand it to external APIs that take such a key.
   */
  readonly idempotencyKey: string;
}

const storage = new AsyncLocalStorage<InngestStep>();

/** The step this code runs in, however deep below its handler, or `undefined` outside of steps. */
export function currentStep(): InngestStep | undefined {
  return storage.getStore();
}

/** Runs `work` as the handler of `step`. */
export function runInStep<T>(step: InngestStep, work: () => T): T {
  return storage.run(step, work);
}
