/** An app with its latest sync. Times are in ISO 8601. */
export interface AppView {
  id: string;
  name: string;
  /** Absent if the app has none. */
  appVersion?: string;
  /**
   * The number of the deployment that registered the app, if its version has one. The real server has no such field. It
   * tells clients that this server ignores a sync of an older deployment.
   */
  deployment?: number;
  createdAt: string;
  functionCount: number;
  /** How its functions are called: over HTTP, or over a connection that it opens. */
  method: 'SERVE' | 'CONNECT';
  latestSync: {
    url: string;
    framework: string;
    /** Such as `js`. */
    sdkLanguage?: string;
    sdkVersion?: string;
    syncedAt: string;
  };
}

/** A registered function. */
export interface FunctionView {
  app: { id: string };
  id: string;
  name: string;
  slug: string;
  triggers: TriggerView[];
  configuration: FunctionConfiguration;
  /** Present only while the function is paused, and only on this server. */
  pause?: PauseView;
}

/** The pause of a function. */
export interface PauseView {
  /** In ISO 8601. */
  since: string;
  newRuns: 'wait' | 'skip';
  underWay: 'finish' | 'wait';
  /** Calls to the app that wait for the end of the pause. */
  waitingCalls: number;
}

/** An event that started no run of a function. */
export interface SkippedStart {
  eventId: string;
  eventName: string;
  /** A sentence. */
  reason: string;
  /** In ISO 8601. */
  at: string;
}

export interface TriggerView {
  type: 'EVENT' | 'CRON';
  /** The event's name, or the schedule. */
  value: string;
  /** An expression that must be true of the event. */
  condition?: string;
}

/** The configuration with which a function was registered: the SDK's JSON, and the retries. */
export interface FunctionConfiguration extends RegisteredConfiguration {
  retries: { value: number; isDefault: boolean };
}

/** Keys and `if` are expressions. Durations are strings such as `1m30s`. */
export interface RegisteredConfiguration {
  /** `step` limits the calls under way, as the forms without `step` and `fn` do. `fn` limits the runs that have started. */
  concurrency?:
    | number
    | ConcurrencyConfiguration
    | ConcurrencyConfiguration[]
    | { step?: ConcurrencyConfiguration[]; fn?: ConcurrencyConfiguration[] };
  throttle?: { limit: number; period: string; burst?: number; key?: string };
  rateLimit?: { limit: number; period: string; key?: string };
  /** An expression. */
  idempotency?: string;
  /** `run` is an expression that gives seconds. */
  priority?: { run?: string };
  debounce?: { period: string; key?: string; timeout?: string };
  batchEvents?: { maxSize: number; timeout: string; key?: string; if?: string };
  singleton?: { key?: string; mode: 'skip' | 'cancel' };
  timeouts?: { start?: string; finish?: string };
  cancel?: { event: string; if?: string; timeout?: string }[];
}

export interface ConcurrencyConfiguration {
  limit: number;
  key?: string;
  /** In upper or lower case, as the SDK sent it. */
  scope?: string;
}

/** The answer to an invocation: the new run, or why there is none yet (a batch or a debounce holds the event). */
export interface InvocationView {
  runId?: string;
  /** A sentence. */
  reason?: string;
}
