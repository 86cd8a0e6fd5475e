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

const EVENT_ID = { type: () => ID, description: 'The id of the event that asks for the task.' } as const;

/** The doors of REST in GraphQL. */
@Resolver(() => DemoTaskType)
export class DemoTaskResolver {
  constructor(private readonly tasks: DemoTasksService) {}

  @Query(() => DemoTaskType, {
    name: 'demoTask',
    nullable: true,
    description: 'How a task stands; null when Inngest knows no task of this event id.',
  })
  async demoTask(@Args('eventId', EVENT_ID) eventId: string): Promise<DemoTaskType | null> {
    const status = await this.tasks.status(eventId);
    return status === undefined ? null : withTextId(status);
  }

  @Query(() => DemoTaskConnectionType, {
    name: 'demoTasks',
    description: 'The tasks that have a run, newest first, page by page.',
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

  @Mutation(() => DemoTaskAcceptedType, { name: 'requestDemoTask', description: 'Asks for a demo task.' })
  requestDemoTask(
    @Args('input', { description: 'What it is to do.' }) input: DemoTaskInput,
  ): Promise<DemoTaskAcceptedType> {
    return this.tasks.request(input);
  }

  @Mutation(() => DemoTaskCancelledType, {
    name: 'cancelDemoTask',
    description: 'Ends the runs of a task that have not ended. A step that executes is not interrupted.',
  })
  async cancelDemoTask(@Args('eventId', EVENT_ID) eventId: string): Promise<DemoTaskCancelledType> {
    return found(eventId, await this.tasks.cancel(eventId));
  }

  @Mutation(() => DemoTaskReplayedType, {
    name: 'replayDemoTask',
    description: 'Runs a task again, all its steps, in a new run.',
  })
  async replayDemoTask(@Args('eventId', EVENT_ID) eventId: string): Promise<DemoTaskReplayedType> {
    return found(eventId, await this.tasks.replay(eventId));
  }

  @Subscription(() => DemoTaskProgressType, {
    name: 'demoTaskProgress',
    description: "A task's life from its beginning, as it happens. Completes by itself after ENDED.",
    resolve: (payload: DemoTaskProgressType) => payload,
  })
  async demoTaskProgress(
    @Args('eventId', EVENT_ID) eventId: string,
    @Args('after', {
      type: () => ID,
      nullable: true,
      description: 'The id of the last progress received: what came after it is told.',
    })
    after?: string | null,
  ): Promise<AsyncIterableIterator<DemoTaskProgressType>> {
    const followed = found(eventId, await this.tasks.follow(eventId));
    return progressPayloads(followed, after ?? undefined);
  }
}

/** An event that did not come through the worker may have any taskId. */
function withTextId<T extends Pick<DemoTaskStatus, 'taskId'>>(task: T): T & { taskId?: string } {
  const { taskId } = task;
  if (taskId === undefined) return task as T & { taskId?: string };
  return { ...task, taskId: typeof taskId === 'string' ? taskId : JSON.stringify(taskId) };
}
