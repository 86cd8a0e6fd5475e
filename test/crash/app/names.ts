/** The app's id at Inngest. */
export const APP_ID = 'crash';

/** The names of events. Each event in the first part starts a run of the function that has the same name as its key. */
export const EVENTS = {
  pipeline: 'crash/pipeline',
  plain: 'crash/plain',
  parallel: 'crash/parallel',
  fetcher: 'crash/fetcher',
  sleeper: 'crash/sleeper',
  timeout: 'crash/timeout',
  waiter: 'crash/waiter',
  signalled: 'crash/signalled',
  unsignalled: 'crash/unsignalled',
  invoker: 'crash/invoker',
  impatient: 'crash/impatient',
  flaky: 'crash/flaky',
  debounced: 'crash/debounced',
  batched: 'crash/batched',
  single: 'crash/single',
  limited: 'crash/limited',
  throttled: 'crash/throttled',
  overdue: 'crash/overdue',

  /** Ends the wait of the run of `waiter` with the same key. */
  wake: 'crash/wake',
  /** Starts a run of `signaller`, which sends the signal that the run of `signalled` with the same key waits for. */
  signaller: 'crash/signaller',
} as const;

/** The steps of each function that executes its steps in sequence, in order. */
export const SEQUENCES: Readonly<Record<string, readonly string[]>> = {
  pipeline: ['p1', 'p2', 'p3', 'p4', 'p5', 'p6'],
  plain: ['q1', 'q2', 'q3', 'q4'],
  fetcher: ['before fetch', 'after fetch'],
  sleeper: ['before sleep', 'after sleep'],
  timeout: ['before timeout', 'after timeout'],
  waiter: ['before wake', 'after wake'],
  signalled: ['before signal', 'after signal'],
  unsignalled: ['before no signal', 'after no signal'],
  invoker: ['before call', 'after call'],
  impatient: ['before slow call', 'after slow call'],
  flaky: ['before failing', 'failing'],
};

export const CRON_PERIOD_MS = 60_000;

/** A limit on starts: `atOnce` runs at the same time, then one run every `everyMs` milliseconds. */
export interface Pace {
  atOnce: number;
  everyMs: number;
}

/** The rate limit of `limited`. Events above it are refused. */
export const RATE_LIMIT = { limit: 3, period: '30s', pace: { atOnce: 1, everyMs: 10_000 } } as const;

/** The throttle of `throttled`. Runs above it wait. */
export const THROTTLE = { limit: 2, period: '6s', pace: { atOnce: 2, everyMs: 3_000 } } as const;

/** The throttle of the worker's demo task. */
export const DEMO_PACE: Pace = { atOnce: 20, everyMs: 3_000 };
