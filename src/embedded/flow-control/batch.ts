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
 * Events are collected, and one run gets them all: when there are `maxSize`, when they are 10 MiB together, or `timeoutMs`
 * after the first.
 */
export interface Batch {
  maxSize: number;
  timeoutMs: number;
  /** Every value of the key has a batch of its own. */
  key?: Expression;
  /** An event for which this is not true starts a run of its own at once. */
  if?: Expression;
}

/** A batch that is being collected. */
export interface BatchState {
  size: number;
  /** Of all its events together, in bytes of JSON. */
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
 * An event of `bytes` joins the batch `now`. `state` is undefined when none is being collected under this key. The event
 * that exceeds the size in bytes is in the batch, as on the real server.
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

/** Whether the event is to be batched at all. */
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
