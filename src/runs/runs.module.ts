import { Module } from '@nestjs/common';
import { EventSender } from './event-sender.js';
import { InngestApi } from './inngest-api.js';
import { ProgressStream } from './progress-stream.js';
import { RunsService } from './runs.service.js';

/** Asking Inngest about events and runs. Needs the InngestModule and the ClockModule, both global. */
@Module({
  providers: [EventSender, InngestApi, ProgressStream, RunsService],
  exports: [EventSender, InngestApi, ProgressStream, RunsService],
})
export class RunsModule {}
