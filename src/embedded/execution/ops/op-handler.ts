import type { AppFunction } from '../../apps/app-function.js';
import type { RetryAfter } from '../../protocol/answer.js';
import type { Op, OpCode } from '../../protocol/ops.js';
import type { QueueItem } from '../../store/queue.store.js';
import type { Run } from '../../store/run.store.js';

/** The call whose answer, or checkpoint, an op is a part of. */
export interface OpContext {
  run: Run;
  fn: AppFunction;
  item: QueueItem;
  /** Whether the app named more than one step, which then go on side by side. */
  parallel: boolean;
  noRetry: boolean;
  retryAfter: RetryAfter;
  now: number;
}

/** What an op means for the run. */
export type Effect =
  /** A result is there: the function can go on. `race`: without waiting for the steps beside it. */
  | { kind: 'resolved'; race: boolean }
  /** Something else will bring the result. */
  | { kind: 'pending' }
  /** The step failed and has tries left: the call is made again at this moment. */
  | { kind: 'retry'; at: number }
  /** The run is over. */
  | { kind: 'ended' };

/** Does what one kind of op asks for, as a part of the caller's transaction. */
export interface OpHandler<O extends Op = Op> {
  readonly codes: readonly OpCode[];
  apply(op: O, context: OpContext): Effect;
}

export const PENDING: Effect = { kind: 'pending' };

/** Whether the steps of this op race, rather than being followed up together. */
export function races(op: Op): boolean {
  return op.opts?.['parallelMode'] === 'race';
}

/** The step's name, for people. */
export function nameOf(op: Op): string {
  return op.displayName ?? op.name ?? op.id;
}
