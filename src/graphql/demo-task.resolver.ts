import { Args, ID, Mutation, Query, Resolver, Subscription } from '@nestjs/graphql';
import { DEFAULT_LIMIT, DemoTasksService, found, type DemoTaskStatus } from '../demo-task/index.js';
import { progressPayloads } from './subscriptions/progress-payloads.js';
import {
  DemoTaskAcceptedType,
  DemoTaskCancelledType,
  DemoTaskConnectionType,
  DemoTaskReplayedType,
  DemoTaskType,
} from './types/demo-task.types.js';
import { DemoTaskInput, DemoTasksArgs } from './types/inputs.js';
import { DemoTaskProgressType } from './types/progress.types.js';

const EVENT_ID = { type: () => ID, description: 'The id of the event that requests the task.' } as const;

/** The queries, mutations and the subscription for demo tasks. They do the same as the REST endpoints. */
@Resolver(() => DemoTaskType)
export class DemoTaskResolver {
  constructor(private readonly tasks: DemoTasksService) {}

  @Query(() => DemoTaskType, {
    name: 'demoTask',
    nullable: true,
    description: 'The status of a task; null if Inngest has no task with this event id.',
  })
  async demoTask(@Args('eventId', EVENT_ID) eventId: string): Promise<DemoTaskType | null> {
    const status = await this.tasks.status(eventId);
    return status === undefined ? null : withTextId(status);
  }

  @Query(() => DemoTaskConnectionType, {
    name: 'demoTasks',
    description: 'The tasks that have a run, newest first, in pages.',
  })
  async demoTasks(@Args() { status, first, after }: DemoTasksArgs): Promise<DemoTaskConnectionType> {
    const { tasks, hasMore, cursor } = await this.tasks.list({
      limit: first ?? DEFAULT_LIMIT,
      ...(status != null && { status }),
      ...(after != null && { cursor: after }),
    });
    const edges = tasks.map((listed) => ({ cursor: listed.cursor, node: withTextId(listed.task) }));
    const endCursor = cursor ?? edges.at(-1)?.cursor;
    return {
      edges,
      pageInfo: {
        hasNextPage: hasMore,
        hasPreviousPage: after != null,
        startCursor: edges[0]?.cursor,
        endCursor,
      },
    };
  }

  @Mutation(() => DemoTaskAcceptedType, { name: 'requestDemoTask', description: 'Requests a demo task.' })
  requestDemoTask(
    @Args('input', { description: 'The options of the task.' }) input: DemoTaskInput,
  ): Promise<DemoTaskAcceptedType> {
    return this.tasks.request(input);
  }

  @Mutation(() => DemoTaskCancelledType, {
    name: 'cancelDemoTask',
    description: 'Cancels the unfinished runs of a task. An executing step is not interrupted.',
  })
  async cancelDemoTask(@Args('eventId', EVENT_ID) eventId: string): Promise<DemoTaskCancelledType> {
    return found(eventId, await this.tasks.cancel(eventId));
  }

  @Mutation(() => DemoTaskReplayedType, {
    name: 'replayDemoTask',
    description: 'Runs all steps of a task again, in a new run.',
  })
  async replayDemoTask(@Args('eventId', EVENT_ID) eventId: string): Promise<DemoTaskReplayedType> {
    return found(eventId, await this.tasks.replay(eventId));
  }

  @Subscription(() => DemoTaskProgressType, {
    name: 'demoTaskProgress',
    description: 'The progress of a task from its beginning. Completes after ENDED.',
    resolve: (payload: DemoTaskProgressType) => payload,
  })
  async demoTaskProgress(
    @Args('eventId', EVENT_ID) eventId: string,
    @Args('after', {
      type: () => ID,
      nullable: true,
      description: 'The id of the last received progress. The subscription continues after it.',
    })
    after?: string | null,
  ): Promise<AsyncIterableIterator<DemoTaskProgressType>> {
    const followed = found(eventId, await this.tasks.follow(eventId));
    return progressPayloads(followed, after ?? undefined);
  }
}

/** An event that was sent directly to Inngest may have any taskId. */
function withTextId<T extends Pick<DemoTaskStatus, 'taskId'>>(task: T): T & { taskId?: string } {
  const { taskId } = task;
  if (taskId === undefined) return task as T & { taskId?: string };
  return { ...task, taskId: typeof taskId === 'string' ? taskId : JSON.stringify(taskId) };
}
