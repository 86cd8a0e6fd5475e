import type { AppFunction } from '../functions/app-function.js';
import type { RetryAfter } from '../protocol/answer.js';
import type { Op, SerializedError } from '../protocol/ops.js';
import type { QueueItem } from '../store/queue.store.js';
import type { Run } from '../store/run.store.js';
import type { StepRequest } from './step-requests.js';

/** The call whose answer, or checkpoint, an op is a part of. */
export interface OpContext {
  run: Run;
  fn: AppFunction;
  item: QueueItem;
  noRetry: boolean;
  retryAfter: RetryAfter;
  /** The wall clock's time. */
  now: number;
  /** By how much the steady time is ahead of it. */
  setBack: number;
}

/** What an op means for the run. `isKnown`: the run has the step already, so the op brought nothing new. */
export type Effect =
  /** A result is there: the function can go on. `race`: without waiting for the steps beside it. */
  | { kind: 'resolved'; race: boolean; isKnown?: true }
  /** Something else will bring the result. */
  | { kind: 'pending'; isKnown?: true }
  /** The server makes an HTTP request for the step; what comes of it is then applied as the step's. */
  | { kind: 'request'; request: StepRequest }
  /** It was no step: it is noted, and changes nothing about how the function goes on. */
  | { kind: 'noted' }
  /** The step failed and has tries left: the call is made again when the wall clock would show this, were it not set. */
  | { kind: 'retry'; at: number }
  /** The function itself threw. */
  | { kind: 'failed'; error: SerializedError; noRetry: boolean }
  /** The run is over. */
  | { kind: 'ended' };

/** Does what one kind of op asks for. */
export interface OpHandler<O extends Op = Op> {
  readonly codes: readonly string[];
  /** It travels along with steps and is none itself. */
  readonly isAside?: true;
  /**
   * Reads what only this kind of op has; absent when that is nothing.
   *
   * @throws ProtocolError naming what is missing
   */
  parse?(op: Op): O;
  /** A part of the caller's transaction. */
  apply(op: O, context: OpContext): Effect;
}

export const PENDING: Effect = { kind: 'pending' };
export const KNOWN: Effect = { kind: 'pending', isKnown: true };

/** Whether the steps of this op race, rather than being followed up together. */
export function races(op: Op): boolean {
  return op.opts?.['parallelMode'] === 'race';
}

/** The step's name, for people. */
export function nameOf(op: Op): string {
  return op.displayName ?? op.name ?? op.id;
}
