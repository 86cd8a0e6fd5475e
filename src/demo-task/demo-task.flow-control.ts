import { DEMO_TASK_RETRIES } from './request/demo-task-request.dto.js';

/**
 * One run per task id in 24 hours. A forced task uses its event's id as the key, so it always runs and does not use up
 * the key of the task id. Compares with `true`, because in CEL a bare `event.data.force` would also accept "true" and
 * 1.
 */
const IDEMPOTENCY = 'event.data.force == true ? event.id : event.data.taskId';

/**
 * The seconds by which the run goes ahead, limited to -600..600. It needs `int(...)`, because JSON's numbers are
 * doubles, which Inngest silently treats as 0 here. It needs the null check, because without it an absent priority gets
 * the full negative delay (both measured on Inngest 1.43).
 */
const PRIORITY =
  'event.data.priority == null ? 0 : ' +
  '(event.data.priority > 600 ? 600 : (event.data.priority < -600 ? -600 : int(event.data.priority)))';

/** The flow control and the retries of the demo task. */
export const DEMO_TASK_FLOW_CONTROL = {
  retries: DEMO_TASK_RETRIES,
  /** 20 runs may start immediately, then one every 3 s. */
  throttle: { limit: 20, period: '60s' },
  concurrency: 10,
  idempotency: IDEMPOTENCY,
  priority: { run: PRIORITY },
} as const;
