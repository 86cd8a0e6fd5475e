import { formatDuration } from '../../common/duration.js';

/** Runs that take too long are cancelled. */
export interface RunTimeouts {
  /** From being queued to the first call. */
  startMs?: number;
  /** From the first call to the end. */
  finishMs?: number;
}

export type RunTimeout = { kind: 'start' | 'finish'; at: number };

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
    return startMs === undefined ? undefined : { kind: 'start', at: queuedAt + startMs };
  }
  return finishMs === undefined ? undefined : { kind: 'finish', at: startedAt + finishMs };
}

export function timedOutReason({ startMs, finishMs }: RunTimeouts, kind: RunTimeout['kind']): string {
  return kind === 'start'
    ? `cancelled: not started within ${formatDuration(startMs ?? 0)}`
    : `cancelled: not finished within ${formatDuration(finishMs ?? 0)} of its start`;
}
