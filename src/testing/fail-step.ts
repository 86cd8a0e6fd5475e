import type { ForcedFailure } from '../embedded/index.js';

export interface FailStepOptions {
  /** Only in this function: its id, with or without the client's id before it. */
  function?: string | undefined;
  /**
   * What the step fails with: a message, or an error, of which name and message count. A `NonRetriableError` fails it
   * for good at once.
   */
  error?: Error | string | undefined;
}

/** @throws TypeError, RangeError when an argument is of no use */
export function readForcedFailure(step: string, times: number, options: FailStepOptions): ForcedFailure {
  if (typeof step !== 'string' || step === '') {
    throw new TypeError(`failStep needs the name of a step, not ${JSON.stringify(step)}.`);
  }
  if (times !== Infinity && (!Number.isSafeInteger(times) || times < 1)) {
    throw new RangeError(
      `failStep("${step}", …) needs a whole number of attempts from 1 on, or Infinity, not ${String(times)}.`,
    );
  }
  const { error = `The step "${step}" fails on purpose (failStep).`, function: functionId } = options;
  const { name, message, stack } = typeof error === 'string' ? { name: 'Error', message: error } : error;
  return {
    step,
    times,
    functionId,
    error: { name, message, ...(stack !== undefined && { stack }) },
    isFinal: name === 'NonRetriableError',
  };
}
