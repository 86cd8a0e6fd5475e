import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { RUN_STATUSES, RunSummaryView, RunView, type RunStatus } from '../runs/index.js';

const EVENT_ID = '01M84ANNVE1NGMP237EZH9TRZ7';

/** The answer to an accepted task. */
export class DemoTaskAccepted {
  @ApiProperty({ description: 'The id of the event that requests the task.', example: EVENT_ID })
  eventId!: string;

  @ApiProperty({ example: 'first' })
  taskId!: string;

  @ApiProperty({
    description: 'The path at which to read the status of the task.',
    example: `/demo-tasks/${EVENT_ID}`,
  })
  status!: string;
}

export class DemoTaskLinks {
  @ApiProperty({ example: `/demo-tasks/${EVENT_ID}` })
  self!: string;

  @ApiPropertyOptional({
    description:
      'The run in the dashboard of the Inngest server. Absent with Inngest Cloud, and if there is no run.',
    example: 'http://localhost:8288/run?runID=01M84ANNWVWBP7SPVG9HWX15JS',
  })
  dashboard?: string;
}

/** A task in a list: its run, without steps. */
export class DemoTaskSummary {
  @ApiProperty({ example: EVENT_ID })
  eventId!: string;

  @ApiPropertyOptional({
    description:
      'The taskId as sent in the event, even if invalid. Absent if Inngest no longer has the event.',
    type: String,
    example: 'first',
  })
  taskId?: unknown;

  @ApiProperty({ enum: RUN_STATUSES, example: 'COMPLETED', description: 'The status of this run.' })
  status!: RunStatus;

  @ApiPropertyOptional({ format: 'date-time', description: 'When Inngest received the event.' })
  receivedAt?: string;

  @ApiProperty({ type: RunSummaryView })
  run!: RunSummaryView;

  @ApiProperty({ type: DemoTaskLinks })
  links!: DemoTaskLinks;
}

export class PageView {
  @ApiProperty({ description: 'Whether more tasks may follow.' })
  hasMore!: boolean;

  @ApiPropertyOptional({ description: 'Send it as `cursor` to get the next page. Absent on the last page.' })
  cursor?: string;
}

/** A page of tasks, newest first. After a replay a task is listed once for each run. */
export class DemoTaskPage {
  @ApiProperty({ type: [DemoTaskSummary] })
  tasks!: DemoTaskSummary[];

  @ApiProperty({ type: PageView })
  page!: PageView;
}

/** The answer to an accepted cancellation. */
export class DemoTaskCancelled {
  @ApiProperty({ example: EVENT_ID })
  eventId!: string;

  @ApiProperty({
    type: [String],
    description: 'The runs that Inngest cancels.',
    example: ['01M84ANNWVWBP7SPVG9HWX15JS'],
  })
  runIds!: string[];

  @ApiProperty({
    description: 'The path at which to read the status of the task.',
    example: `/demo-tasks/${EVENT_ID}`,
  })
  status!: string;
}

/** The answer to an accepted replay. */
export class DemoTaskReplayed {
  @ApiProperty({ example: EVENT_ID })
  eventId!: string;

  @ApiProperty({ description: 'The new run.', example: '01M84ANNWVWBP7SPVG9HWX15JS' })
  runId!: string;

  @ApiProperty({
    description: 'The path at which to read the status of the task.',
    example: `/demo-tasks/${EVENT_ID}`,
  })
  status!: string;
}

/** The status of a task, from Inngest. */
export class DemoTaskStatus {
  @ApiProperty({ example: EVENT_ID })
  eventId!: string;

  @ApiPropertyOptional({
    description: 'The taskId as sent in the event, even if invalid.',
    type: String,
    example: 'first',
  })
  taskId?: unknown;

  @ApiProperty({
    enum: RUN_STATUSES,
    example: 'COMPLETED',
    description:
      'The status of the newest run. WAITING: it waits for a retry. SKIPPED: the event starts no run, for the given `reason`; ' +
      'usually the task is a duplicate of an earlier one.',
  })
  status!: RunStatus;

  @ApiPropertyOptional({ description: 'Why there is no run.' })
  reason?: string;

  @ApiProperty({ format: 'date-time', description: 'When Inngest received the event.' })
  receivedAt!: string;

  @ApiPropertyOptional({ type: RunView, description: 'The newest run.' })
  run?: RunView;

  @ApiProperty({
    type: [RunSummaryView],
    description: 'All runs, newest first. After a replay there are several.',
  })
  runs!: readonly RunSummaryView[];

  @ApiProperty({ type: DemoTaskLinks })
  links!: DemoTaskLinks;
}
