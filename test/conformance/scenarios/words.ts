import { all, anError, differs, satisfying, type Matcher } from '../expectations.js';
import type { Body, FunctionSpec, RunExpectation } from '../scenario.js';
import { WHY } from './differences.js';

/** Most functions have as many retries as in the recordings from the real server. */
const RETRIES = 5;

/** A function that reports its steps during the call (the SDK's default). */
export function checkpointing(id: string, body: Body, more: Partial<FunctionSpec> = {}): FunctionSpec {
  return { id, body, ...more, options: { retries: RETRIES, checkpointing: true, ...more.options } };
}

/** A function that is called once for each step. */
export function stepByStep(id: string, body: Body, more: Partial<FunctionSpec> = {}): FunctionSpec {
  return { id, body, ...more, options: { retries: RETRIES, checkpointing: false, ...more.options } };
}

// Ops in a 206 answer or in a checkpoint.
export const ran = (step: string, data: unknown, more: object = {}): object => ({
  op: 'StepRun',
  step,
  data,
  ...more,
});
export const planned = (step: string): object => ({ op: 'StepPlanned', step });
export const sleeps = (step: string, name: string): object => ({ op: 'Sleep', step, name });
export const waitsFor = (step: string, event: string, opts: object): object => ({
  op: 'WaitForEvent',
  step,
  name: event,
  opts,
});
export const invokes = (step: string, opts: object): object => ({ op: 'InvokeFunction', step, opts });
export const completes = (data: unknown): object => ({ op: 'RunComplete', data });

// Answers of the app.
export const ops = (...list: unknown[]): object => ({ ops: list });
export const returns = (body: unknown): object => ({ returns: body });
/** A step failed and has retries left. */
export const stepError = (step: string, error: object, retryAfter?: number | 'a date'): object => ({
  ops: [{ op: 'StepError', step, error }],
  noRetry: false,
  ...(retryAfter !== undefined && { retryAfter }),
});
/** A step failed and has no retries left. */
export const stepFailed = (step: string, error: object): object => ({
  ops: [{ op: 'StepFailed', step, error }],
  noRetry: true,
});
/** The function failed and has retries left. */
export const throws = (error: object, retryAfter?: number): object => ({
  status: 500,
  error,
  noRetry: false,
  ...(retryAfter !== undefined && { retryAfter }),
});
/** The function failed and has no retries left. */
export const givesUp = (error: object): object => ({ status: 400, error, noRetry: true });

/** An error as the SDK serialises it. */
export const thrown = (name: string, message: string, more: Record<string, unknown> = {}): object =>
  anError(name, message, { __serialized: true, ...more });
/** An error as it is memoized for a step. */
export const memoizedError = (name: string, message: string, more: Record<string, unknown> = {}): object => ({
  error: anError(name, message, more),
});

// How the APIs show a run after its end.
export const completed = (output: unknown, more: Partial<RunExpectation> = {}): RunExpectation => ({
  status: 'COMPLETED',
  output,
  ...more,
});
/** A run that a call with checkpoints completed. */
export const completedInCall = (output: unknown, more: Partial<RunExpectation> = {}): RunExpectation => ({
  status: 'COMPLETED',
  output,
  v1Output: differs('', output, WHY.v1Output),
  ...more,
});
export const failed = (error: unknown, more: Partial<RunExpectation> = {}): RunExpectation => ({
  status: 'FAILED',
  output: error,
  ...more,
});

/** The stack of a repeated call. It had `atFirst` steps when the call was queued, and has `now` steps now. */
export function grownStack(atFirst: number, now: number): Matcher {
  return differs(atFirst, now, WHY.stackCurrent);
}

/** An event such as `inngest/function.failed`, whose id is the id of the run that it reports. */
export function namedAfterItsRun(event: object): Matcher {
  return all(
    event,
    satisfying('an event whose id is its run_id', (actual) => {
      const { id, data } = actual as { id?: unknown; data?: { run_id?: unknown } };
      return id !== undefined && id === data?.run_id;
    }),
  );
}
