import type { About } from '../app/journaled.js';
import { APP_ID, CRON_PERIOD_MS } from '../app/names.js';
import type { Run } from '../inngest-api.js';
import type { Sent } from '../load.js';
import type { Evidence } from './evidence.js';
import { mayBeRefused } from './flow-control.js';

/** Counts runs that have no keys in their output, because they are cancelled. */
const CANCELLED = 'overdue (cancelled)';

/**
 * Checks that every key belongs to exactly one run. Of a debounced group, only the last key has a run. Keys that flow control may
 * refuse have at most one run.
 */
export function runsPerKey({ sent, runs }: Evidence): string[] {
  const counts = countsOf(runs.flatMap(keysOf));
  const overdue = new Set(sent.flatMap(({ fn, key }) => (fn === 'overdue' ? [key] : []))).size;
  const expected = new Map([[CANCELLED, overdue]]);
  const optional = new Set<string>();
  for (const event of sent) {
    for (const key of expectedOf(event)) expected.set(key, isSuperseded(event) ? 0 : 1);
    if (mayBeRefused(event.fn)) optional.add(`${event.fn} ${event.key}`);
  }
  return [...new Set([...expected.keys(), ...counts.keys()])].flatMap((key) => {
    const [count, should] = [counts.get(key) ?? 0, expected.get(key) ?? 0];
    return count === should || (count === 0 && optional.has(key))
      ? []
      : [`${key} was run ${count} times instead of ${should}`];
  });
}

/** The runs that should handle an event, as `<function> <key>`. */
function expectedOf({ fn, key }: Sent): string[] {
  switch (fn) {
    case 'overdue':
      return [];
    case 'invoker':
      return [`invoker ${key}`, `invoked ${key}`];
    case 'impatient':
      return [`impatient ${key}`, `slow ${key}`];
    default:
      return [`${fn} ${key}`];
  }
}

function isSuperseded({ key, group }: Sent): boolean {
  return group !== undefined && key !== `${group}-last`;
}

/** The keys that a run has handled, as `<function> <key>`. */
function keysOf({ function: fn, status, output }: Run): string[] {
  if (fn.id === 'overdue') return [CANCELLED];
  if (status !== 'COMPLETED' || fn.id === 'ticker') return [];
  const { keys, taskId } = output as Partial<About> & { taskId?: string };
  return (keys ?? [taskId]).map((key) => `${fn.id} ${key}`);
}

function countsOf<T>(things: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const thing of things) counts.set(thing, (counts.get(thing) ?? 0) + 1);
  return counts;
}

/** Checks that each cron tick has one run: on time while a server is up, and once, by the next server, if it was missed. */
export function ticks({ runs, lives }: Evidence): string[] {
  const slotOf = (time: number): number => Math.floor(time / CRON_PERIOD_MS);
  const ticked = runs.filter(({ app, function: fn }) => app.id === APP_ID && fn.id === 'ticker');
  const perSlot = countsOf(ticked.map(({ queuedAt }) => slotOf(Date.parse(queuedAt))));
  // The function is registered as soon as the first server is ready.
  const first = slotOf(lives[0]?.readyAt ?? Number.POSITIVE_INFINITY);
  const due = new Set<number>();
  for (const { readyAt, killedAt } of lives) {
    if (readyAt === undefined) continue;
    // A server fires overdue ticks before it is ready.
    due.add(slotOf(readyAt));
    for (let slot = slotOf(readyAt) + 1; slot <= slotOf(killedAt); slot++) {
      // A quarter of the period is enough for a timer that fires late on a busy machine.
      if (killedAt - slot * CRON_PERIOD_MS >= CRON_PERIOD_MS / 4) due.add(slot);
    }
  }
  const describe = (slot: number): string => new Date(slot * CRON_PERIOD_MS).toISOString();
  return [
    ...[...perSlot]
      .filter(([, count]) => count > 1)
      .map(([slot, count]) => `the tick of ${describe(slot)} ran ${count} times`),
    ...[...due]
      .filter((slot) => slot > first && !perSlot.has(slot))
      .map((slot) => `the tick of ${describe(slot)} did not run`),
  ];
}
