import type { PlainDto } from '../../inngest/index.js';
import type { DemoTaskRequest } from './demo-task-request.dto.js';

/** Example payloads for the API documentation. */
export const DEMO_TASK_EXAMPLES: Record<string, { summary: string; value: PlainDto<DemoTaskRequest> }> = {
  success: { summary: 'Succeeds', value: { taskId: 'first' } },
  recovers: {
    summary: 'Fails twice at step 4, then succeeds',
    value: { taskId: 'recovers', simulateFailure: true, failAttempts: 2 },
  },
  fails: {
    summary: 'Fails at step 2 after all retries, about 31 s',
    value: { taskId: 'fails', simulateFailure: true, failAtStep: 'step-2-process' },
  },
  slow: { summary: 'Takes ten seconds', value: { taskId: 'slow', delayMs: 10_000 } },
  urgent: { summary: 'Starts before other waiting tasks', value: { taskId: 'urgent', priority: 600 } },
  forced: { summary: 'Runs although a task with this id has run', value: { taskId: 'first', force: true } },
};
