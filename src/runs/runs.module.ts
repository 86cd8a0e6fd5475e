import { Module } from '@nestjs/common';
import { ChangeNotices } from './change-notices.js';
import { EventSender } from './event-sender.js';
import { InngestApi } from './inngest-api.js';
import { ProgressStream } from './progress-stream.js';
import { RunCommands } from './run-commands.js';
import { RunLists } from './run-lists.js';
import { RunsService } from './runs.service.js';

/** Reads events and runs from Inngest. Needs the InngestModule and the ClockModule, both global. */
@Module({
  providers: [ChangeNotices, EventSender, InngestApi, ProgressStream, RunCommands, RunLists, RunsService],
  exports: [EventSender, InngestApi, ProgressStream, RunCommands, RunLists, RunsService],
})
export class RunsModule {}
