import { Field, ID, ObjectType } from '@nestjs/graphql';
import type { RunStatus } from '../../runs/index.js';
import { RunStatusEnum, RunSummaryType, RunType } from './run.types.js';
import { DateTime } from './scalars.js';

@ObjectType('DemoTask', { description: 'How a task stands, as Inngest tells it.' })
export class DemoTaskType {
  @Field(() => ID, { description: 'The id of the event that asks for the task.' })
  eventId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The taskId as sent in the event; as JSON if it is no string.',
  })
  taskId?: string;

  @Field(() => RunStatusEnum, { description: 'Of the newest run.' })
  status!: RunStatus;

  @Field(() => String, { nullable: true, description: 'Why there is no run.' })
  reason?: string;

  @Field(() => DateTime, { description: 'When Inngest received the event.' })
  receivedAt!: string;

  @Field(() => RunType, { nullable: true, description: 'The newest run.' })
  run?: RunType;

  @Field(() => [RunSummaryType], {
    description: 'All runs, the newest first: more than one after a replay.',
  })
  runs!: readonly RunSummaryType[];
}

@ObjectType('DemoTaskSummary', { description: 'A task in a list, with one of its runs.' })
export class DemoTaskSummaryType {
  @Field(() => ID, { description: 'The id of the event that asks for the task.' })
  eventId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The taskId as sent in the event; as JSON if it is no string.',
  })
  taskId?: string;

  @Field(() => RunStatusEnum, { description: 'Of this run.' })
  status!: RunStatus;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When Inngest received the event, where it still has it.',
  })
  receivedAt?: string;

  @Field(() => RunSummaryType, { description: 'The run.' })
  run!: RunSummaryType;
}

@ObjectType('DemoTaskEdge', { description: 'A task, and its place in the list.' })
export class DemoTaskEdgeType {
  @Field(() => String, { description: 'Sent as `after`, it has the list go on after this task.' })
  cursor!: string;

  @Field(() => DemoTaskSummaryType, { description: 'The task.' })
  node!: DemoTaskSummaryType;
}

@ObjectType('PageInfo', { description: 'Where a list goes on.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether there are, or may be, more.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether the list was asked for from a place in it on.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first edge.' })
  startCursor?: string;

  @Field(() => String, { nullable: true, description: 'Sent as `after`, it gets the next page.' })
  endCursor?: string;
}

@ObjectType('DemoTaskConnection', {
  description:
    'A page of tasks that have a run, newest first. After a replay a task is listed once for each run.',
})
export class DemoTaskConnectionType {
  @Field(() => [DemoTaskEdgeType], {
    description: 'The tasks. A page by status may hold fewer than `first` while there are more.',
  })
  edges!: DemoTaskEdgeType[];

  @Field(() => PageInfoType, { description: 'Where the list goes on.' })
  pageInfo!: PageInfoType;
}

@ObjectType('DemoTaskAccepted', { description: 'Inngest has the event and will run the task.' })
export class DemoTaskAcceptedType {
  @Field(() => ID, { description: 'The id of the event that asks for the task.' })
  eventId!: string;

  @Field(() => String, { description: 'What the task is called.' })
  taskId!: string;
}

@ObjectType('DemoTaskCancelled', {
  description: 'Inngest cancels the task. It takes a moment on some servers.',
})
export class DemoTaskCancelledType {
  @Field(() => ID, { description: 'The id of the event that asks for the task.' })
  eventId!: string;

  @Field(() => [ID], { description: 'The runs that are cancelled.' })
  runIds!: string[];
}

@ObjectType('DemoTaskReplayed', { description: 'Inngest runs the task again.' })
export class DemoTaskReplayedType {
  @Field(() => ID, { description: 'The id of the event that asks for the task.' })
  eventId!: string;

  @Field(() => ID, { description: 'The new run.' })
  runId!: string;
}
