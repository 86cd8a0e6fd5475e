import type { ForcedFailure } from '../embedded/index.js';

export interface FailStepOptions {
  /** Fails the step only in this function: its id, with or without the client's id before it. */
  function?: string | undefined;
  /**
   * The error of the step: a message, or an error whose name and message are used. With a `NonRetriableError` the step
   * is not retried.
   */
  error?: Error | string | undefined;
}

/** @throws TypeError, RangeError if an argument is invalid */
export function readForcedFailure(step: string, times: number, options: FailStepOptions): ForcedFailure {
  if (typeof step !== 'string' || step === '') {
    throw new TypeError(`failStep needs the name of a step, not ${JSON.stringify(step)}.`);
  }
  if (times !== Infinity && (!Number.isSafeInteger(times) || times < 1)) {
    throw new RangeError(
      `failStep("${step}", …) needs a whole number of attempts, 1 or more, or Infinity, not ${String(times)}.`,
    );
  }
  const { error = `failStep made the step "${step}" fail.`, function: functionId } = options;
  const { name, message, stack } = typeof error === 'string' ? { name: 'Error', message: error } : error;
  return {
    step,
    times,
    functionId,
    error: { name, message, ...(stack !== undefined && { stack }) },
    isFinal: name === 'NonRetriableError',
  };
}
