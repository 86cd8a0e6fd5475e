import { Injectable, Logger } from '@nestjs/common';
import { DEFAULT_DELAY_MS, type DemoTaskRequest } from '../request/demo-task-request.dto.js';

export interface InitialState {
  taskId: string;
  state: 'initialized';
  /** The options of the task, with defaults. */
  options: { delayMs: number; priority: number; forced: boolean; simulateFailure: boolean };
}

/** Step 1: creates the initial state of a task. */
@Injectable()
export class TaskStateService {
  private readonly logger = new Logger(TaskStateService.name);

  initialize(task: DemoTaskRequest): InitialState {
    this.logger.log(`Task "${task.taskId}" begins`);
    return {
      taskId: task.taskId,
      state: 'initialized',
      options: {
        delayMs: task.delayMs ?? DEFAULT_DELAY_MS,
        priority: task.priority ?? 0,
        forced: task.force === true,
        simulateFailure: task.simulateFailure === true,
      },
    };
  }
}
