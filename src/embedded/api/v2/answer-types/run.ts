/** Statuses of a run. The last three are final. */
export type RunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/** Why a run does not go on now. */
export interface Waiting {
  /** A sentence. */
  reason: string;
  /** When the wait ends, in ISO 8601, if it is known. */
  until?: string;
  /** The next attempt, counted from 0, while the run waits for a retry. */
  attempt?: number;
}

/**
 * A run in the form of the v2 API. Times are in ISO 8601. This server shows a final status only after the run has ended;
 * the real server may show it earlier.
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
  /** The hashed id of the step from which it replays that run; only on this server. */
  fromStepId?: string;
  /** The attempts so far of the step with the most attempts; only on this server. */
  attempts: number;
  /** The largest number of attempts of a step; absent if the function is not stored any more. Only on this server. */
  maxAttempts?: number;
  /** In seconds; with a positive number the run goes ahead of others. Absent if 0. Only on this server. */
  priority?: number;
  /** Present only if the request asked for it with `includeOutput`. */
  output?: unknown;
  /** Only on this server. */
  waiting?: Waiting;
  /** Why it was cancelled; only on this server. */
  reason?: string;
}

/** The answer to a cancellation or a rerun. */
export interface RunReference {
  runId: string;
}
