import { mapLimited } from '../probe/map-limited.js';
import type { Probe, Task } from '../probe/probe.js';
import { DEMO_TASK_THROTTLE } from '../probe/promised-limits.js';
import type { RunEvidence } from '../probe/run-evidence.js';
import { ASKED_AT_ONCE } from '../probe/run-watch.js';

/** The duration of step 3 of each task, in milliseconds. */
export const FLOOD_DELAY_MS = 1_000;

/** The priorities, in seconds. They differ by enough that some tenths of a second between the events do not matter. */
const PRIORITIES = [600, 300, 100, 50, 10, 0, 0, 0, null, undefined];

/** How much longer than the throttle requires the flood may take, in milliseconds. */
const PATIENCE_MS = 120_000;

/**
 * The approximate duration of the flood in real time, in seconds: the wait until the throttle has no recent starts, and
 * the time that the throttle requires.
 */
export function floodSeconds(size: number): number {
  const { limit, periodMs } = DEMO_TASK_THROTTLE;
  return ((size - limit) / limit + 0.75) * (periodMs / 1_000);
}

export interface FloodRun extends RunEvidence {
  /** In seconds; 0 if the task has none. */
  readonly priority: number;
}

export interface Flood {
  /** The first tasks: as many as the throttle lets start immediately. */
  readonly burst: readonly FloodRun[];
  /**
   * The tasks that were sent after all of the burst had started, so each of them had to wait. In the order in which
   * they were sent.
   */
  readonly backlog: readonly FloodRun[];
}

/**
 * Sends more tasks than the throttle lets start and than may execute at the same time, at a time when the throttle
 * allows a full burst.
 */
export async function flood(probe: Probe): Promise<Flood> {
  await probe.rest(DEMO_TASK_THROTTLE.limit);
  const task = (name: string, priority?: number | null): Task => ({
    taskId: probe.taskId(name),
    delayMs: FLOOD_DELAY_MS,
    ...(priority !== undefined && { priority }),
  });
  const first = await probe.send(...Array.from({ length: DEMO_TASK_THROTTLE.limit }, () => task('burst')));
  const started = new Set<string>();
  await probe.until('the first burst has started', async () => {
    const open = first.filter((id) => !started.has(id));
    await mapLimited(open, ASKED_AT_ONCE, async (id) => {
      const [run] = await probe.runsOf(id);
      if (run !== undefined && run.status !== 'QUEUED') started.add(id);
    });
    return started.size === first.length;
  });
  const waiting = probe.options.floodSize - first.length;
  const priorities = probe.shuffled(
    Array.from({ length: waiting }, (_, i) => PRIORITIES[i % PRIORITIES.length]),
  );
  const second = await probe.send(...priorities.map((priority) => task('backlog', priority)));
  const drained = (waiting * DEMO_TASK_THROTTLE.periodMs) / DEMO_TASK_THROTTLE.limit;
  const runs = await probe.allEnded([...first, ...second], drained + PATIENCE_MS);
  return {
    burst: runs.slice(0, first.length).map((run) => ({ ...run, priority: 0 })),
    backlog: runs.slice(first.length).map((run, i) => ({ ...run, priority: priorities[i] ?? 0 })),
  };
}
