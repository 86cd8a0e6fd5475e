import { formatDuration } from '../../common/duration.js';

/** Runs that take too long are cancelled. Milliseconds above 0; absent when there is no timeout. */
export interface RunTimeouts {
  /** From being queued to the first call. */
  startMs?: number;
  /** From the first call to the end. */
  finishMs?: number;
}

/** @param at the steady time at which it cancels the run; `afterMs` is the value that was configured */
export type RunTimeout = { kind: 'start' | 'finish'; at: number; afterMs: number };

/**
 * The timeout that threatens a run now, if any.
 *
 * @param queuedAt when the run was queued
 * @param startedAt when the app was first called for it; undefined before
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
