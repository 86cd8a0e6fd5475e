import { mapLimited } from '../probe/map-limited.js';
import type { Probe, Task } from '../probe/probe.js';
import { DEMO_TASK_THROTTLE } from '../probe/promised-limits.js';
import type { RunEvidence } from '../probe/run-evidence.js';
import { ASKED_AT_ONCE } from '../probe/run-watch.js';

/** How long step 3 of each task of the flood takes, in milliseconds. */
export const FLOOD_DELAY_MS = 1_000;

/** Wide enough apart that some tenths of a second between their events do not matter. */
const PRIORITIES = [600, 300, 100, 50, 10, 0, 0, 0, null, undefined];

/** How long the flood may take beyond what the throttle asks for, in milliseconds. */
const PATIENCE_MS = 120_000;

/** About how long the flood takes in real time, in seconds: a rest, and what the throttle asks for. */
export function floodSeconds(size: number): number {
  const { limit, periodMs } = DEMO_TASK_THROTTLE;
  return ((size - limit) / limit + 0.75) * (periodMs / 1_000);
}

export interface FloodRun extends RunEvidence {
  /** In seconds; 0 when the task named none. */
  readonly priority: number;
}

export interface Flood {
  /** As many as the throttle lets start at once: sent first. */
  readonly burst: readonly FloodRun[];
  /** Sent when those had started: every one of them had to wait. In the order in which they were sent. */
  readonly backlog: readonly FloodRun[];
}

/** More tasks than the throttle lets start and than may execute at once, from a rested throttle. */
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
