/** An event as Inngest has stored it. */
export interface EventRecord {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** Why the embedded server has not delivered it yet, for people. The real server does not tell. */
  readonly waiting?: string;
}

/** Why a run makes no progress at the moment, where the server says so. */
export interface WaitingRecord {
  readonly reason: string;
  readonly until?: string;
  /** The attempt that comes next, counted from 0, while a retry is waited for. */
  readonly attempt?: number;
}

/** What can be told about a run, whichever version of the API told it. Times are ISO 8601. */
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

/** One piece of a run's trace: the run itself, a step, or an attempt of one. */
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

/** What the queue holds for a run: its next step, its next retry, the end of its sleep. */
export interface JobRecord {
  readonly at: string;
  /** Counted from 0, as `ctx.attempt` is. */
  readonly attempt: number;
}
