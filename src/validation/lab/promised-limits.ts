import { DEMO_TASK_FLOW_CONTROL } from '../../demo-task/demo-task.flow-control.js';
import type { ThrottleRule } from './permits.js';

/** What the demo task asks Inngest for, in plain numbers. */
export const DEMO_TASK_THROTTLE: ThrottleRule = {
  limit: DEMO_TASK_FLOW_CONTROL.throttle.limit,
  periodMs: Number.parseInt(DEMO_TASK_FLOW_CONTROL.throttle.period, 10) * 1_000,
};

export const DEMO_TASK_CONCURRENCY: number = DEMO_TASK_FLOW_CONTROL.concurrency;
