export { DemoTaskRequest } from './demo-task-request.dto.js';
export { demoTaskRequested } from './demo-task.event.js';
export { DEMO_TASK, DemoTaskFunction, type DemoTaskOutput } from './demo-task.function.js';
export { DemoTaskModule } from './demo-task.module.js';
export { DEMO_TASK_STEPS, type DemoTaskStep } from './demo-task.steps.js';
