import { createHash } from 'node:crypto';
import { type Budget, type Expression, type ExpressionVariables, asGroup } from '../expressions/index.js';

/** Limits how many calls to the app execute at the same time. A function may have two such limits. */
export interface ConcurrencyLimit {
  /** 0: no limit. */
  limit: number;
  /** What shares the limit: the runs of the function, or all functions of the environment or account with the same key. */
  scope: 'fn' | 'env' | 'account';
  /** Each value of the key has separate slots. A scope other than `fn` requires a key. */
  key?: Expression;
  /** The limit counts runs, not calls: each run from its first call to its end, also while it sleeps or waits. */
  isHeldByRun?: true;
}

/**
 * The right that a call must hold while it executes, or a run from its first call to its end. At most `limit` of them hold
 * slots with the same `id`.
 */
export interface ConcurrencySlot {
  id: string;
  limit: number;
  isHeldByRun?: true;
}

/**
 * The slots that a run and each of its calls must hold. A run that sleeps, waits for an event or waits for its retry
 * executes nothing, so it holds only the slots that are held by runs (measured on Inngest 1.43).
 */
export function concurrencySlots(
  functionId: string,
  limits: readonly ConcurrencyLimit[],
  variables: ExpressionVariables,
  now: number,
  budget?: Budget,
): ConcurrencySlot[] {
  const slots = new Map<string, ConcurrencySlot>();
  for (const { limit, scope, key, isHeldByRun } of limits) {
    if (limit === 0) continue;
    const owner = `${isHeldByRun ? 'run:' : ''}${scope === 'fn' ? `fn:${functionId}` : scope}`;
    const id = key ? `${owner}:${hash(asGroup(key.evaluate(variables, now, budget)))}` : owner;
    // Two limits with the same value of the key share their slots: the lower limit counts.
    const lower = Math.min(limit, slots.get(id)?.limit ?? limit);
    slots.set(id, { id, limit: lower, ...(isHeldByRun && { isHeldByRun }) });
  }
  return [...slots.values()];
}

/**
 * Whether all slots of this id are taken. A call may start if none of its slots is full.
 *
 * @param executing the number of calls that hold slots of this id
 */
export function isFull({ limit }: Pick<ConcurrencySlot, 'limit'>, executing: number): boolean {
  return executing >= limit;
}

export function concurrencyReason(
  { limit, isHeldByRun }: Pick<ConcurrencySlot, 'limit' | 'isHeldByRun'>,
  executing: number,
): string {
  return `waiting for concurrency (${executing} of ${limit} ${isHeldByRun ? 'runs started' : 'running'})`;
}

/** Shortens a key, which may be as long as an event, for an id. */
function hash(value: string): string {
  return createHash('sha256').update(value).digest('base64url').slice(0, 22);
}
