import { eventType, staticSchema } from 'inngest';
import type { PlainDto } from '../../inngest/index.js';
import type { DemoTaskRequest } from './demo-task-request.dto.js';

/**
 * Asks for a demo task. It is typed here and checked by the function itself, against {@link DemoTaskRequest}: so the
 * run of a bad event fails with the wrong fields as data, where a schema would leave them in a sentence.
 */
export const demoTaskRequested = eventType('demo/task.requested', {
  schema: staticSchema<PlainDto<DemoTaskRequest>>(),
});
