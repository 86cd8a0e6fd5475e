import type { AppFunction } from '../functions/app-function.js';
import type { RetryAfter } from '../protocol/answer.js';
import type { Op, SerializedError } from '../protocol/ops.js';
import type { QueueItem } from '../store/queue.store.js';
import type { Run } from '../store/run.store.js';
import type { StepRequest } from './step-requests.js';

/** The call whose answer or checkpoint contains the op. */
export interface OpContext {
  run: Run;
  fn: AppFunction;
  item: QueueItem;
  noRetry: boolean;
  retryAfter: RetryAfter;
  /** The wall clock's time, in milliseconds. */
  now: number;
  /** By how many milliseconds steady time is ahead of the wall clock, which may have been put back. */
  setBack: number;
}

/** The effect of an op on the run. `isKnown`: the run had the step already, so the op changed nothing. */
export type Effect =
  /** The step has a result, so the function can resume. `race`: without waiting for its parallel steps. */
  | { kind: 'resolved'; race: boolean; isKnown?: true }
  /** The result comes later: from a timer, an event, a signal, an invoked run or another call. */
  | { kind: 'pending'; isKnown?: true }
  /** The server makes an HTTP request for the step and then applies its outcome as the step's result or error. */
  | { kind: 'request'; request: StepRequest }
  /** The op was a side op. It was stored and does not affect when the function is called again. */
  | { kind: 'noted' }
  /** The step failed and has retries left. `at` is the time of the next call, in wall-clock milliseconds as of now. */
  | { kind: 'retry'; at: number }
  /** The function itself threw. */
  | { kind: 'failed'; error: SerializedError; noRetry: boolean }
  /** The run is over. */
  | { kind: 'ended' };

/** Applies the ops of certain codes. */
export interface OpHandler<O extends Op = Op> {
  readonly codes: readonly string[];
  /** Whether the ops are side ops: they come in an answer beside steps, but are not steps. */
  readonly isSideOp?: true;
  /**
   * Checks and reads the fields that only this kind of op has. Absent when it has none.
   *
   * @throws ProtocolError that names the field and the problem
   */
  parse?(op: Op): O;
  /** Applies the op, as a part of the caller's transaction. */
  apply(op: O, context: OpContext): Effect;
}

export const PENDING: Effect = { kind: 'pending' };
export const KNOWN: Effect = { kind: 'pending', isKnown: true };

/** Whether the step races its parallel steps: the function resumes with the first result instead of waiting for all. */
export function races(op: Op): boolean {
  return op.opts?.['parallelMode'] === 'race';
}

/** The step's display name. */
export function nameOf(op: Op): string {
  return op.displayName ?? op.name ?? op.id;
}
