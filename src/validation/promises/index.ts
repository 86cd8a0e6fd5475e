import type { InngestPromise } from '../checking/promise.js';
import { badEvent } from './bad-event.js';
import { cancel } from './cancel.js';
import { concurrency } from './concurrency.js';
import { durability } from './durability.js';
import { failureHandler } from './failure-handler.js';
import { history } from './history.js';
import { idempotencyWindow } from './idempotency-window.js';
import { idempotency } from './idempotency.js';
import { lists } from './lists.js';
import { memoization } from './memoization.js';
import { negativePriority } from './negative-priority.js';
import { priority } from './priority.js';
import { recovery } from './recovery.js';
import { replay } from './replay.js';
import { retries } from './retries.js';
import { stepsInOrder } from './steps-in-order.js';
import { throttle } from './throttle.js';

/** All promises, in the order of their trials. Those that exhaust the throttle come last. */
export const PROMISES: readonly InngestPromise[] = [
  stepsInOrder,
  memoization,
  recovery,
  badEvent,
  cancel,
  replay,
  durability,
  retries,
  failureHandler,
  history,
  lists,
  idempotency,
  idempotencyWindow,
  negativePriority,
  throttle,
  concurrency,
  priority,
];
