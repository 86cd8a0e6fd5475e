/** An event as Inngest has stored it. */
export interface EventRecord {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Why the embedded server has not delivered it yet, as text. The real server does not report this. */
  readonly waiting?: string;
}

/** Why a run currently makes no progress, if the server reports it. */
export interface WaitingRecord {
  readonly reason: string;
  readonly until?: string;
  /** While the run waits for a retry: the number of the next attempt, counted from 0. */
  readonly attempt?: number;
}

/** A run, from either version of the API. Times are ISO 8601. */
export interface RunRecord {
  readonly id: string;
  /** `QUEUED`, `RUNNING`, `COMPLETED`, `FAILED`, `CANCELLED`, ...: final only together with {@link endedAt}. */
  readonly status: string;
  readonly queuedAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly output?: unknown;
  readonly waiting?: WaitingRecord;
}

/** One span of a run's trace: the run itself, a step, or an attempt of a step. */
export interface SpanRecord {
  readonly name: string;
  /** The SHA-1 of the step's id, on steps and their attempts. */
  readonly stepId?: string;
  readonly status: string;
  readonly queuedAt?: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  readonly output?: unknown;
  readonly children: readonly SpanRecord[];
}

/** A queued job of a run: its next step, its next retry, or the end of its sleep. */
export interface JobRecord {
  readonly at: string;
  /** Counted from 0, as `ctx.attempt` is. */
  readonly attempt: number;
}
