/** What the server's HTTP API answers, as far as the page reads it. Times are in ISO 8601. */

export type RunStatus = 'QUEUED' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
export type SpanStatus = RunStatus | 'WAITING';

export interface RunView {
  id: string;
  app: { id: string };
  function: { id: string; name: string };
  status: RunStatus;
  queuedAt: string;
  startedAt?: string;
  endedAt?: string;
  trigger: { eventIds: string[]; eventName: string; cronSchedule?: string };
  originalRunId?: string;
  attempts?: number;
  maxAttempts?: number;
  priority?: number;
  output?: unknown;
  waiting?: { reason: string; until?: string; attempt?: number };
  /** Why it was cancelled. */
  reason?: string;
}

export interface Span {
  id: string;
  name: string;
  status: SpanStatus;
  queuedAt: string;
  startedAt?: string;
  endedAt?: string;
  stepId?: string;
  stepOp?: string;
  input?: unknown;
  output?: unknown;
  retryAt?: string;
  until?: string;
  invokedRunId?: string;
  children?: Span[];
}

export interface PendingCall {
  state: 'delayed' | 'ready' | 'running';
  attempt: number;
  stepId?: string;
  queuedAt: string;
  notBefore: string;
  startedAt?: string;
}

export interface Trace {
  runId: string;
  rootSpan: Span;
  pendingCalls?: PendingCall[];
}

export interface OutcomeView {
  app: { id: string };
  function: { id: string; name: string };
  run?: { id: string; status: RunStatus };
  reason?: string;
  at: string;
}

export interface EventView {
  id: string;
  senderId?: string;
  name: string;
  data: Record<string, unknown>;
  ts: string;
  receivedAt: string;
  isInternal: boolean;
  outcomes: OutcomeView[];
}

export interface AppView {
  id: string;
  name: string;
  functionCount: number;
  latestSync: {
    url: string;
    sdkLanguage?: string;
    sdkVersion?: string;
    framework?: string;
    syncedAt: string;
  };
}

export type Limit = { limit: number; key?: string; scope?: string };

/** How a function was registered; see the documentation of Inngest's functions. */
export interface FunctionConfiguration {
  concurrency?: number | Limit | Limit[];
  throttle?: Limit & { period: string; burst?: number };
  rateLimit?: Limit & { period: string };
  idempotency?: string;
  priority?: { run?: string };
  debounce?: { period: string; key?: string; timeout?: string };
  batchEvents?: { maxSize: number; timeout: string; key?: string; if?: string };
  singleton?: { key?: string; mode: 'skip' | 'cancel' };
  timeouts?: { start?: string; finish?: string };
  cancel?: { event: string; if?: string; timeout?: string }[];
  retries: { value: number; isDefault: boolean };
}

export interface FunctionView {
  app: { id: string };
  id: string;
  name: string;
  triggers: { type: 'EVENT' | 'CRON'; value: string; condition?: string }[];
  configuration: FunctionConfiguration;
}

export interface FunctionActivity {
  app: { id: string };
  function: { id: string; name: string };
  queued: number;
  running: number;
  executing: number;
  throttled: number;
  heldByConcurrency: number;
  retrying: number;
  delayed: number;
  throttle?: {
    limit: number;
    periodMs: number;
    burst: number;
    isKeyed: boolean;
    permits?: number;
    nextPermitAt?: string;
  };
  concurrency: { limit: number; scope: string; isKeyed: boolean }[];
  starts: number[];
  executingPeaks: number[];
}

export interface Activity {
  from: string;
  bucketMs: number;
  functions: FunctionActivity[];
}

export interface ChangeNotice {
  runs: string[];
  events: string[];
  functions: boolean;
}

export interface Page<T> {
  data: T[];
  page: { cursor?: string; hasMore?: boolean; limit: number; total?: number };
}
