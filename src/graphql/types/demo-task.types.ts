import { Field, ID, ObjectType } from '@nestjs/graphql';
import type { RunStatus } from '../../runs/index.js';
import { RunStatusEnum, RunSummaryType, RunType } from './run.types.js';
import { DateTime } from './scalars.js';

@ObjectType('DemoTask', { description: 'The status of a task, from Inngest.' })
export class DemoTaskType {
  @Field(() => ID, { description: 'The id of the event that requests the task.' })
  eventId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The taskId as sent in the event; as JSON if it is not a string.',
  })
  taskId?: string;

  @Field(() => RunStatusEnum, { description: 'The status of the newest run.' })
  status!: RunStatus;

  @Field(() => String, { nullable: true, description: 'Why there is no run.' })
  reason?: string;

  @Field(() => DateTime, { description: 'When Inngest received the event.' })
  receivedAt!: string;

  @Field(() => RunType, { nullable: true, description: 'The newest run.' })
  run?: RunType;

  @Field(() => [RunSummaryType], {
    description: 'All runs, newest first. After a replay there are several.',
  })
  runs!: readonly RunSummaryType[];
}

@ObjectType('DemoTaskSummary', { description: 'A task in a list, with one of its runs.' })
export class DemoTaskSummaryType {
  @Field(() => ID, { description: 'The id of the event that requests the task.' })
  eventId!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The taskId as sent in the event; as JSON if it is not a string.',
  })
  taskId?: string;

  @Field(() => RunStatusEnum, { description: 'The status of this run.' })
  status!: RunStatus;

  @Field(() => DateTime, {
    nullable: true,
    description: 'When Inngest received the event, if it still has the event.',
  })
  receivedAt?: string;

  @Field(() => RunSummaryType, { description: 'The run.' })
  run!: RunSummaryType;
}

@ObjectType('DemoTaskEdge', { description: 'A task, with its cursor in the list.' })
export class DemoTaskEdgeType {
  @Field(() => String, { description: 'Send it as `after` to get the tasks after this one.' })
  cursor!: string;

  @Field(() => DemoTaskSummaryType, { description: 'The task.' })
  node!: DemoTaskSummaryType;
}

@ObjectType('PageInfo', { description: 'Information about a page of a list.' })
export class PageInfoType {
  @Field(() => Boolean, { description: 'Whether more tasks may follow.' })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Whether the request had a cursor, so that earlier pages may exist.' })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'The cursor of the first edge.' })
  startCursor?: string;

  @Field(() => String, {
    nullable: true,
    description: 'The cursor of the last edge. Send it as `after` to get the next page.',
  })
  endCursor?: string;
}

@ObjectType('DemoTaskConnection', {
  description:
    'A page of tasks that have a run, newest first. After a replay a task is listed once for each run.',
})
export class DemoTaskConnectionType {
  @Field(() => [DemoTaskEdgeType], {
    description: 'The tasks. With a status, a page may contain fewer than `first` although more follow.',
  })
  edges!: DemoTaskEdgeType[];

  @Field(() => PageInfoType, { description: 'Information about this page.' })
  pageInfo!: PageInfoType;
}

@ObjectType('DemoTaskAccepted', { description: 'Inngest has the event and will run the task.' })
export class DemoTaskAcceptedType {
  @Field(() => ID, { description: 'The id of the event that requests the task.' })
  eventId!: string;

  @Field(() => String, { description: 'The name of the task.' })
  taskId!: string;
}

@ObjectType('DemoTaskCancelled', {
  description: 'Inngest cancels the task. On some servers this takes a moment.',
})
export class DemoTaskCancelledType {
  @Field(() => ID, { description: 'The id of the event that requests the task.' })
  eventId!: string;

  @Field(() => [ID], { description: 'The ids of the cancelled runs.' })
  runIds!: string[];
}

@ObjectType('DemoTaskReplayed', { description: 'Inngest runs the task again.' })
export class DemoTaskReplayedType {
  @Field(() => ID, { description: 'The id of the event that requests the task.' })
  eventId!: string;

  @Field(() => ID, { description: 'The id of the new run.' })
  runId!: string;
}
