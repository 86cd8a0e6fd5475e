import { createHash } from 'node:crypto';
import { type Budget, type Expression, type ExpressionVariables, asGroup } from '../expressions/index.js';

/** How many calls to the app may be executing at once. A function has at most two of these limits. */
export interface ConcurrencyLimit {
  /** 0: no limit. */
  limit: number;
  /** Who shares it: the function's runs, or all functions of the environment or account that use the same key. */
  scope: 'fn' | 'env' | 'account';
  /** Every value of the key has slots of its own. Always there when the scope is not `fn`. */
  key?: Expression;
  /** Runs are counted instead of calls: from a run's first call to its end, whatever it does meanwhile. */
  isHeldByRun?: true;
}

/**
 * Something that a call must hold while it executes, or a run from its first call to its end. At most `limit` of them
 * hold the slots of one `id`.
 */
export interface ConcurrencySlot {
  id: string;
  limit: number;
  isHeldByRun?: true;
}

/**
 * The slots that a run, or each of its calls, must hold. A run that sleeps, waits for an event or for its retry executes
 * nothing and holds only its own (measured on Inngest 1.43).
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
    // Two limits with the same key value share their slots: the tighter one decides.
    const tighter = Math.min(limit, slots.get(id)?.limit ?? limit);
    slots.set(id, { id, limit: tighter, ...(isHeldByRun && { isHeldByRun }) });
  }
  return [...slots.values()];
}

/**
 * Whether no call may take the slot now. A call may start when none of its slots is full.
 *
 * @param executing how many calls hold slots of that id now
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

/** Keys can be as long as an event; ids should not be. */
function hash(value: string): string {
  return createHash('sha256').update(value).digest('base64url').slice(0, 22);
}
