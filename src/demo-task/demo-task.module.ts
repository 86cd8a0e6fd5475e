import { Module } from '@nestjs/common';
import { OpenStreams } from '../common/streams/index.js';
import { RunsModule } from '../runs/index.js';
import { DemoTaskController } from './demo-task.controller.js';
import { DemoTaskProgressController } from './demo-task-progress.controller.js';
import { DemoTaskFunction } from './demo-task.function.js';
import { DemoTasksService } from './demo-tasks.service.js';
import { DataProcessingService } from './providers/data-processing.service.js';
import { DelayService } from './providers/delay.service.js';
import { ExternalApiClient } from './providers/external-api.client.js';
import { FailureSimulator } from './providers/failure-simulator.js';
import { ResultAssembler } from './providers/result-assembler.service.js';
import { StepJournal } from './providers/step-journal.js';
import { TaskStateService } from './providers/task-state.service.js';

/** How many progress streams may be open. */
const MAX_STREAMS = 200;

/** The demo task: its function, the providers that its steps call, and its REST endpoints. */
@Module({
  imports: [RunsModule],
  controllers: [DemoTaskController, DemoTaskProgressController],
  providers: [
    DemoTaskFunction,
    DemoTasksService,
    FailureSimulator,
    TaskStateService,
    DataProcessingService,
    DelayService,
    ExternalApiClient,
    ResultAssembler,
    StepJournal,
    { provide: OpenStreams, useFactory: () => new OpenStreams({ count: MAX_STREAMS }) },
  ],
  exports: [DemoTasksService],
})
export class DemoTaskModule {}
