import type { Batch } from './batch.js';
import type { CancelOn } from './cancel-on.js';
import type { ConcurrencyLimit } from './concurrency.js';
import type { Debounce } from './debounce.js';
import type { Priority } from './priority.js';
import type { RateLimit } from './rate-limit.js';
import type { RunTimeouts } from './run-timeouts.js';
import type { Singleton } from './singleton.js';
import type { Throttle } from './throttle.js';

/** The flow control of a function, parsed, with its expressions compiled. */
export interface FlowControl {
  concurrency: readonly ConcurrencyLimit[];
  throttle?: Throttle;
  /** Also `idempotency`, which is a limit of one per 24 hours and replaces a `rateLimit` of the same function. */
  rateLimit?: RateLimit;
  priority?: Priority;
  debounce?: Debounce;
  batch?: Batch;
  singleton?: Singleton;
  timeouts?: RunTimeouts;
  cancelOn: readonly CancelOn[];
}
