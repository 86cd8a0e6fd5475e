import { formatDuration } from '../../common/duration.js';

/** The timeouts that cancel a run, in milliseconds above 0. Absent if there is none. */
export interface RunTimeouts {
  /** From being queued to the first call. */
  startMs?: number;
  /** From the first call to the end. */
  finishMs?: number;
}

/** `at`: the steady time at which the timeout cancels the run. `afterMs`: the configured value. */
export type RunTimeout = { kind: 'start' | 'finish'; at: number; afterMs: number };

/**
 * The next timeout of a run, if any.
 *
 * @param queuedAt when the run was queued
 * @param startedAt when the run's first call was made; undefined before
 */
export function nextTimeout(
  { startMs, finishMs }: RunTimeouts,
  queuedAt: number,
  startedAt: number | undefined,
): RunTimeout | undefined {
  if (startedAt === undefined) {
    return startMs === undefined ? undefined : { kind: 'start', at: queuedAt + startMs, afterMs: startMs };
  }
  return finishMs === undefined ? undefined : { kind: 'finish', at: startedAt + finishMs, afterMs: finishMs };
}

/** @param afterMs the timeout that was applied, in milliseconds */
export function timedOutReason(kind: RunTimeout['kind'], afterMs: number): string {
  return kind === 'start'
    ? `cancelled: not started within ${formatDuration(afterMs)}`
    : `cancelled: not finished within ${formatDuration(afterMs)} of its start`;
}
