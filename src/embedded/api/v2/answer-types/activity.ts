/** What all functions are doing. Only this server shows it. Times are in ISO 8601. */
export interface Activity {
  /** Where the first bucket begins. */
  from: string;
  bucketMs: number;
  functions: FunctionActivity[];
}

/** What a function is doing, beside what its flow control allows. */
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
  /** Runs started in each bucket; the last bucket is now. */
  starts: number[];
  /** The most calls under way at one moment of each bucket. */
  executingPeaks: number[];
}

export interface ThrottleActivity {
  limit: number;
  periodMs: number;
  burst: number;
  isKeyed: boolean;
  /** Runs that may start now; absent when each value of a key has a throttle. */
  permits?: number;
  /** When one more run may start; absent when the throttle has all its permits. */
  nextPermitAt?: string;
}

/** What has changed since the notice before: ids, for the reader to read again. */
export interface ChangeNotice {
  runs: string[];
  events: string[];
  /** The registered functions have changed. */
  functions: boolean;
}
