import { DEMO_TASK_RETRIES } from './request/demo-task-request.dto.js';

/**
 * One run per task id and 24 hours. A forced one is told apart by its event, so it always runs and leaves the task
 * id's key to the others. Compared with `true`, because in CEL a bare `event.data.force` would let "true" and 1 pass.
 */
const IDEMPOTENCY = 'event.data.force == true ? event.id : event.data.taskId';

/**
 * Seconds ahead of the queue, cut to -600..600. `int(...)`, because JSON's numbers are doubles, which Inngest takes for
 * 0 here without a word; the guard, because without it an absent priority gets the full negative delay
 * (both measured on Inngest 1.43).
 */
const PRIORITY =
  'event.data.priority == null ? 0 : ' +
  '(event.data.priority > 600 ? 600 : (event.data.priority < -600 ? -600 : int(event.data.priority)))';

/** How many demo tasks run, when, and how often a step of theirs is tried. */
export const DEMO_TASK_FLOW_CONTROL = {
  retries: DEMO_TASK_RETRIES,
  /** All 20 may start at once; then one follows every 3 s. */
  throttle: { limit: 20, period: '60s' },
  concurrency: 10,
  idempotency: IDEMPOTENCY,
  priority: { run: PRIORITY },
} as const;
