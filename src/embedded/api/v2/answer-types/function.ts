/** An app with its latest sync. Times are in ISO 8601. */
export interface AppView {
  id: string;
  name: string;
  /** Absent when the app names none. */
  appVersion?: string;
  /**
   * Which deployment registered the app, when its version names one. The real server has no such field; here it says that
   * this server keeps a newer deployment's registration by itself.
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
  /** Absent unless the function is paused; only on this server. */
  pause?: PauseView;
}

/** How a function is paused. */
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
  /** For people. */
  reason: string;
  /** In ISO 8601. */
  at: string;
}

export interface TriggerView {
  type: 'EVENT' | 'CRON';
  /** The event's name, or the schedule. */
  value: string;
  /** An expression on the event. */
  condition?: string;
}

/** How a function was registered, in the words of the SDK: its own JSON, and the retries. */
export interface FunctionConfiguration extends RegisteredConfiguration {
  retries: { value: number; isDefault: boolean };
}

/** Keys and `if` are expressions; durations are texts such as `1m30s`. */
export interface RegisteredConfiguration {
  /** `step` limits calls under way, which the other forms do too, and `fn` runs that have started. */
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
  /** In upper or lower case, as the SDK writes it. */
  scope?: string;
}

/** What an invocation answers: the new run, or why there is none yet (a batch or a debounce holds the event). */
export interface InvocationView {
  runId?: string;
  /** For people. */
  reason?: string;
}
