import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { RUN_STATUSES, RunSummaryView, RunView, type RunStatus } from '../runs/index.js';

const EVENT_ID = '01M84ANNVE1NGMP237EZH9TRZ7';

/** The answer to an accepted task. */
export class DemoTaskAccepted {
  @ApiProperty({ description: 'The id of the event that asks for the task.', example: EVENT_ID })
  eventId!: string;

  @ApiProperty({ example: 'first' })
  taskId!: string;

  @ApiProperty({ description: 'Where to ask how the task stands.', example: `/demo-tasks/${EVENT_ID}` })
  status!: string;
}

export class DemoTaskLinks {
  @ApiProperty({ example: `/demo-tasks/${EVENT_ID}` })
  self!: string;

  @ApiPropertyOptional({
    description:
      'The run in the dashboard of the Inngest server; absent with Inngest Cloud and without a run.',
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
      'The taskId as sent in the event, even if invalid; absent when Inngest no longer has the event.',
    type: String,
    example: 'first',
  })
  taskId?: unknown;

  @ApiProperty({ enum: RUN_STATUSES, example: 'COMPLETED', description: 'Of this run.' })
  status!: RunStatus;

  @ApiPropertyOptional({ format: 'date-time', description: 'When Inngest received the event.' })
  receivedAt?: string;

  @ApiProperty({ type: RunSummaryView })
  run!: RunSummaryView;

  @ApiProperty({ type: DemoTaskLinks })
  links!: DemoTaskLinks;
}

export class PageView {
  @ApiProperty({ description: 'Whether there are, or may be, more tasks.' })
  hasMore!: boolean;

  @ApiPropertyOptional({ description: 'Send it as `cursor` to get the next page; absent on the last one.' })
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

  @ApiProperty({ description: 'Where to ask how the task stands.', example: `/demo-tasks/${EVENT_ID}` })
  status!: string;
}

/** The answer to an accepted replay. */
export class DemoTaskReplayed {
  @ApiProperty({ example: EVENT_ID })
  eventId!: string;

  @ApiProperty({ description: 'The new run.', example: '01M84ANNWVWBP7SPVG9HWX15JS' })
  runId!: string;

  @ApiProperty({ description: 'Where to ask how the task stands.', example: `/demo-tasks/${EVENT_ID}` })
  status!: string;
}

/** How a task stands, as Inngest tells it. */
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
      'Of the newest run. WAITING: for a retry. SKIPPED: there is and will be no run, for the `reason` given, as a rule ' +
      'that the task is a duplicate of an earlier one.',
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
    description: 'All runs, the newest first: more than one after a replay.',
  })
  runs!: readonly RunSummaryView[];

  @ApiProperty({ type: DemoTaskLinks })
  links!: DemoTaskLinks;
}
