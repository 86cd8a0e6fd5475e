/** Statuses of a run. The last three are final. */
export type RunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** Why a run does not go on right now. */
export interface Waiting {
  /** For people. */
  reason: string;
  /** When the wait ends, in ISO 8601, if that is known. */
  until?: string;
  /** The next attempt, counted from 0, while the run waits for a retry. */
  attempt?: number;
}

/**
 * A run as the v2 API shows it. Times are in ISO 8601. Unlike the real server, this one shows a final status only
 * when the run has ended.
 */
export interface RunView {
  id: string;
  app: { id: string };
  function: { id: string; name: string };
  status: RunStatus;
  queuedAt: string;
  startedAt?: string;
  endedAt?: string;
  /** Milliseconds, as text. */
  durationMs?: string;
  trigger: { eventIds: string[]; eventName: string; cronSchedule?: string };
  /** The run that this one is a replay of. */
  originalRunId?: string;
  /** The hashed id of the step from which it is one; only on this server. */
  fromStepId?: string;
  /** Attempts so far of the step with the most attempts; only on this server. */
  attempts: number;
  /** Attempts that a step may have; absent when the function is no longer known. Only on this server. */
  maxAttempts?: number;
  /** Seconds; a positive number puts the run ahead. Absent when 0. Only on this server. */
  priority?: number;
  /** Only when the request asked for it with `includeOutput`. */
  output?: unknown;
  /** Only on this server. */
  waiting?: Waiting;
  /** Why it was cancelled; only on this server. */
  reason?: string;
}

/** What a cancellation or a rerun answers. */
export interface RunReference {
  runId: string;
}
