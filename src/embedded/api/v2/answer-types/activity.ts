/** What all functions are doing. Only this server has it. Times are in ISO 8601. */
export interface Activity {
  /** When the first bucket begins. */
  from: string;
  bucketMs: number;
  functions: FunctionActivity[];
}

/** What a function is doing, compared with what its flow control allows. */
export interface FunctionActivity {
  app: { id: string };
  function: { id: string; name: string };
  /** Runs that have not started. */
  queued: number;
  /** Runs that have started and not ended. */
  running: number;
  /** Calls to the app that are under way. */
  executing: number;
  /** Calls that wait, by what they wait for. */
  throttled: number;
  heldByConcurrency: number;
  retrying: number;
  delayed: number;
  /** Calls that wait because the function is paused. */
  paused: number;
  throttle?: ThrottleActivity;
  concurrency: { limit: number; scope: 'fn' | 'env' | 'account'; isKeyed: boolean }[];
  /** Runs started in each bucket. The last bucket contains the current time. */
  starts: number[];
  /** The largest number of calls under way at the same time, in each bucket. */
  executingPeaks: number[];
}

export interface ThrottleActivity {
  limit: number;
  periodMs: number;
  burst: number;
  isKeyed: boolean;
  /** Runs that may start now. Absent if the throttle has a key, because each value of the key then has its own permits. */
  permits?: number;
  /** When the throttle gets its next permit. Absent if it has all its permits. */
  nextPermitAt?: string;
}

/** The ids of what has changed since the previous notice. The client reads these again. */
export interface ChangeNotice {
  runs: string[];
  events: string[];
  /** Whether the registered functions have changed. */
  functions: boolean;
}
