import { AsyncLocalStorage } from 'node:async_hooks';

/** The step whose handler is running. */
export interface InngestStep {
  /** The run's id, a ULID. */
  readonly runId: string;
  /** The function's id, without the app's. */
  readonly functionId: string;
  /** The id given to `step.run(id, ...)`. */
  readonly stepId: string;
  /** The attempt of this step, from 0. Each step counts its own attempts. */
  readonly attempt: number;
  /**
   * The same for every attempt of this step in this run, and different for everything else, even if a loop uses one
   * step id twice. Pass it to external APIs that accept an idempotency key.
   */
  readonly idempotencyKey: string;
}

const storage = new AsyncLocalStorage<InngestStep>();

/** The step in which this code runs, at any call depth below its handler; `undefined` outside of steps. */
export function currentStep(): InngestStep | undefined {
  return storage.getStore();
}

/** Runs `work` as the handler of `step`. */
export function runInStep<T>(step: InngestStep, work: () => T): T {
  return storage.run(step, work);
}
