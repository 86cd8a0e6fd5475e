import { eventType, staticSchema } from 'inngest';
import type { PlainDto } from '../../inngest/index.js';
import type { DemoTaskRequest } from './demo-task-request.dto.js';

/**
 * The event that requests a demo task. It has only a type here; the function validates the data against
 * {@link DemoTaskRequest}. So the run of an invalid event fails with the wrong fields as data, not only as a sentence.
 */
export const demoTaskRequested = eventType('demo/task.requested', {
  schema: staticSchema<PlainDto<DemoTaskRequest>>(),
});
