import { DEMO_TASK_FLOW_CONTROL } from '../../demo-task/demo-task.flow-control.js';
import { retryDelay } from '../../inngest/index.js';
import {
  DEMO_TASK_ATTEMPTS,
  DEMO_TASK_CONCURRENCY,
  DEMO_TASK_RETRY_WAITS,
  DEMO_TASK_THROTTLE,
} from './promised-limits.js';

describe('What the demo task is promised', () => {
  it('is what it asks Inngest for', () => {
    expect(DEMO_TASK_FLOW_CONTROL.throttle).toEqual({ limit: DEMO_TASK_THROTTLE.limit, period: '60s' });
    expect(DEMO_TASK_THROTTLE.periodMs).toBe(60_000);
    expect(DEMO_TASK_FLOW_CONTROL.concurrency).toBe(DEMO_TASK_CONCURRENCY);
    expect(DEMO_TASK_FLOW_CONTROL.retries).toBe(DEMO_TASK_ATTEMPTS - 1);
  });

  it('is what the worker names as the moments of its retries', () => {
    expect(DEMO_TASK_RETRY_WAITS).toHaveLength(DEMO_TASK_ATTEMPTS - 1);
    DEMO_TASK_RETRY_WAITS.forEach(({ leastMs, mostMs }, retry) => {
      expect(retryDelay(retry, () => 0)).toBeGreaterThanOrEqual(leastMs);
      expect(retryDelay(retry, () => 1)).toBeLessThanOrEqual(mostMs);
    });
  });
});
