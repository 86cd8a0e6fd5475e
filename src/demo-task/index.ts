export { DemoTaskRequest } from './request/demo-task-request.dto.js';
export { demoTaskRequested } from './request/demo-task.event.js';
export { DEMO_TASK, DemoTaskFunction, type DemoTaskOutput } from './demo-task.function.js';
export { DemoTaskModule } from './demo-task.module.js';
export { DEMO_TASK_STEPS, type DemoTaskStep } from './request/demo-task.steps.js';
