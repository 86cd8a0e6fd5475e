import type { RunStatus } from './run.js';

/** Statuses of a span. `WAITING`: the step sleeps, or waits for an event, a signal or an invoked run. */
export type SpanStatus = RunStatus | 'WAITING';

/** What a step does. */
export type StepOp = 'RUN' | 'SLEEP' | 'WAIT_FOR_EVENT' | 'WAIT_FOR_SIGNAL' | 'INVOKE' | 'FETCH';

/** A part of a run: the run itself, a step, the function outside its steps, or an attempt. Times are in ISO 8601. */
export interface Span {
  id: string;
  name: string;
  status: SpanStatus;
  queuedAt: string;
  startedAt?: string;
  endedAt?: string;
  /** Milliseconds, as text. */
  durationMs?: string;
  stepId?: string;
  stepOp?: StepOp;
  /** Only when the request asked for it with `includeOutput`, like `output`. */
  input?: unknown;
  output?: unknown;
  /** When the next attempt follows this failed one; only on this server. */
  retryAt?: string;
  /** When a sleep or a wait ends by itself, while it lasts; only on this server. */
  until?: string;
  /** The run that this step invoked; only on this server. */
  invokedRunId?: string;
  /** The run that executed this step, when a replay took its result over; only on this server. */
  copiedFromRunId?: string;
  /** A run has its steps here; a step with a failed attempt, or with several, has its attempts. */
  children?: Span[];
}

/** A call to the app that is queued or under way; only on this server. Times are in ISO 8601. */
export interface PendingCall {
  /**
   * `delayed`: not due yet; `ready`: waits for its limits; `running`: the app is being called; `set-aside`: this
   * server failed with it too often, see "set aside" in docs/glossary.md.
   */
  state: 'delayed' | 'ready' | 'running' | 'set-aside';
  /** From 0. */
  attempt: number;
  /** The planned step that the call executes; absent when it continues the function. */
  stepId?: string;
  queuedAt: string;
  /** The call is not made before this moment. */
  notBefore: string;
  /** When the app was called. */
  startedAt?: string;
}

/** The tree of a run's steps and attempts. */
export interface Trace {
  runId: string;
  rootSpan: Span;
  /** Only on this server. */
  pendingCalls: PendingCall[];
}
