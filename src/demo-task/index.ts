export { DemoTaskRequest } from './request/demo-task-request.dto.js';
export { demoTaskRequested } from './request/demo-task.event.js';
export { DEMO_TASK, DemoTaskFunction, type DemoTaskOutput } from './demo-task.function.js';
export { DemoTaskModule } from './demo-task.module.js';
export type { DemoTaskStatus } from './demo-task.views.js';
export { DemoTasksService } from './demo-tasks.service.js';
export { found } from './found.js';
export { DEFAULT_LIMIT, MAX_LIMIT } from './request/demo-task-list.query.js';
export { DEMO_TASK_STEPS, type DemoTaskStep } from './request/demo-task.steps.js';
