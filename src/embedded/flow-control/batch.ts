import { MAX_BATCH_BYTES } from '../../common/inngest-limits.js';
import { isoTime } from '../../common/iso-time.js';
import {
  type Budget,
  type Expression,
  type ExpressionVariables,
  asCondition,
  asGroup,
} from '../expressions/index.js';

/**
 * Collects events and starts one run with all of them: when there are `maxSize` events, when they have 10 MiB together, or
 * `timeoutMs` milliseconds after the first.
 */
export interface Batch {
  maxSize: number;
  timeoutMs: number;
  /** Each value of the key has a separate batch. */
  key?: Expression;
  /** An event for which this is not true starts a run alone, without waiting. */
  if?: Expression;
}

/** A batch that collects events. */
export interface BatchState {
  size: number;
  /** The size of all its events together, in bytes of JSON. */
  bytes: number;
  /** When its run starts, in milliseconds since 1970. */
  startAt: number;
}

export interface BatchDecision {
  state: BatchState;
  /** The batch is complete: its run starts now, and the next event begins a new batch. */
  full: boolean;
}

/**
 * Adds an event that arrives `now` to the batch of its key. `state` is undefined if there is none yet. As on the real
 * server, the event that exceeds the size in bytes is in the batch.
 */
export function batch(
  { maxSize, timeoutMs }: Batch,
  state: BatchState | undefined,
  event: { bytes: number },
  now: number,
): BatchDecision {
  const size = (state?.size ?? 0) + 1;
  const bytes = (state?.bytes ?? 0) + event.bytes;
  const full = size >= maxSize || bytes >= MAX_BATCH_BYTES;
  return { state: { size, bytes, startAt: full ? now : (state?.startAt ?? now + timeoutMs) }, full };
}

/** Whether the event joins a batch. */
export function isBatched(
  { if: condition }: Batch,
  variables: ExpressionVariables,
  now: number,
  budget?: Budget,
): boolean {
  return condition === undefined || asCondition(condition.evaluate(variables, now, budget));
}

export function batchKey(
  { key }: Batch,
  variables: ExpressionVariables,
  now: number,
  budget?: Budget,
): string {
  return key ? asGroup(key.evaluate(variables, now, budget)) : '';
}

export function batchedReason({ maxSize }: Batch, { size, startAt }: Omit<BatchState, 'bytes'>): string {
  return `collecting a batch (${size} of ${maxSize} events) until ${isoTime(startAt)}`;
}
