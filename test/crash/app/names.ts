/** The app's id at Inngest. */
export const APP_ID = 'crash';

/** Names of events. Each but those of the second half starts a run of the function that is called like its key. */
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

  /** Wakes the run of `waiter` that has the same key. */
  wake: 'crash/wake',
  /** Has a run of `signaller` send the signal for which the run of `signalled` waits that has the same key. */
  signaller: 'crash/signaller',
} as const;

/** The steps of functions whose steps follow each other, in their order. */
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

/** So many runs may start at once, then one in so many milliseconds. */
export interface Pace {
  atOnce: number;
  everyMs: number;
}

/** What `limited` lets through. The rest is refused. */
export const RATE_LIMIT = { limit: 3, period: '30s', pace: { atOnce: 1, everyMs: 10_000 } } as const;

/** What `throttled` lets start. The rest waits. */
export const THROTTLE = { limit: 2, period: '6s', pace: { atOnce: 2, everyMs: 3_000 } } as const;

/** The throttle of the worker's demo task. */
export const DEMO_PACE: Pace = { atOnce: 20, everyMs: 3_000 };
