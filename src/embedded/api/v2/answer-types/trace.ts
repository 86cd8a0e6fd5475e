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
  /** Like `output`, present only if the request asked for it with `includeOutput`. */
  input?: unknown;
  output?: unknown;
  /** When the next attempt follows this failed one; only on this server. */
  retryAt?: string;
  /** When a pending sleep ends, or a pending wait times out; only on this server. */
  until?: string;
  /** The run that this step invoked; only on this server. */
  invokedRunId?: string;
  /** The run that executed this step, if a replay copied its result; only on this server. */
  copiedFromRunId?: string;
  /** The steps of a run; the attempts of a step that has a failed attempt or several. */
  children?: Span[];
}

/** A call to the app that is queued or under way; only on this server. Times are in ISO 8601. */
export interface PendingCall {
  /**
   * - `delayed`: not due yet;
   * - `ready`: waits for its limits;
   * - `running`: the app is being called;
   * - `set-aside`: this server failed with it repeatedly, see "set aside" in docs/glossary.md.
   */
  state: 'delayed' | 'ready' | 'running' | 'set-aside';
  /** Counted from 0. */
  attempt: number;
  /** The planned step that the call executes; absent if the call starts or continues the function. */
  stepId?: string;
  queuedAt: string;
  /** The server does not make the call before this time. */
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
