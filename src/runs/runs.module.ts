import { Module } from '@nestjs/common';
import { EventSender } from './event-sender.js';
import { InngestApi } from './inngest-api.js';
import { RunsService } from './runs.service.js';

/** Asking Inngest about events and runs. Needs the InngestModule and the ClockModule, both global. */
@Module({
  providers: [EventSender, InngestApi, RunsService],
  exports: [EventSender, InngestApi, RunsService],
})
export class RunsModule {}
