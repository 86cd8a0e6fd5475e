import { isoTime } from '../common/iso-time.js';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/index.js';
import {
  EventSender,
  ProgressStream,
  RunCommands,
  RunLists,
  RunsService,
  type FollowedRun,
  type ListedEvent,
  type ListedStatus,
} from '../runs/index.js';
import type { DemoTaskRequest } from './request/demo-task-request.dto.js';
import { demoTaskRequested } from './request/demo-task.event.js';
import { DEMO_TASK } from './demo-task.function.js';
import type {
  DemoTaskAccepted,
  DemoTaskCancelled,
  DemoTaskReplayed,
  DemoTaskStatus,
  DemoTaskSummary,
} from './demo-task.views.js';

/** A demo task in a list, with the cursor after it. */
export interface ListedTask {
  readonly task: DemoTaskSummary;
  readonly cursor: string;
}

/** A page of demo tasks, newest first. */
export interface TaskList {
  readonly tasks: readonly ListedTask[];
  readonly hasMore: boolean;
  /** The cursor of the next page. */
  readonly cursor?: string;
}

/** Requests demo tasks from Inngest, and reads their status. */
@Injectable()
export class DemoTasksService {
  constructor(
    private readonly sender: EventSender,
    private readonly runs: RunsService,
    private readonly lists: RunLists,
    private readonly commands: RunCommands,
    private readonly stream: ProgressStream,
    private readonly settings: Settings,
  ) {}

  /** @throws InngestUnreachableError or InngestRefusedError, within 3 s */
  async request(task: DemoTaskRequest): Promise<DemoTaskAccepted> {
    const eventId = await this.sender.send(demoTaskRequested.create(task));
    return { eventId, taskId: task.taskId, status: pathOf(eventId) };
  }

  /**
   * @returns undefined if there is no such task
   * @throws InngestUnreachableError or InngestRefusedError, within 3 s
   */
  async status(eventId: string): Promise<DemoTaskStatus | undefined> {
    const outcome = await this.runs.ofEvent(eventId, demoTaskRequested.event, DEMO_TASK);
    if (outcome === undefined) return undefined;
    const { event, status, reason, run, runs } = outcome;
    return {
      eventId: event.id,
      taskId: (event.data as Partial<DemoTaskRequest> | null)?.taskId,
      status,
      ...(reason === undefined ? {} : { reason }),
      receivedAt: isoTime(event.receivedAt),
      ...(run === undefined ? {} : { run }),
      runs,
      links: { self: pathOf(event.id), dashboard: run && this.dashboardOf(run.id) },
    };
  }

  /**
   * A page of the tasks that have a run.
   *
   * @throws BadCursorError, InngestUnreachableError or InngestRefusedError, within 3 s
   */
  async list(asked: { limit: number; status?: ListedStatus; cursor?: string }): Promise<TaskList> {
    const { events, ...page } = await this.lists.list(DEMO_TASK, asked);
    return { ...page, tasks: events.map((listed) => this.listed(listed)) };
  }

  /**
   * Cancels the runs of a task that have not ended.
   *
   * @returns undefined if there is no such task
   * @throws RunConflictError if no run can be cancelled, InngestUnreachableError or InngestRefusedError
   */
  async cancel(eventId: string): Promise<DemoTaskCancelled | undefined> {
    const runIds = await this.commands.cancel(eventId, demoTaskRequested.event, DEMO_TASK);
    return runIds && { eventId, runIds, status: pathOf(eventId) };
  }

  /**
   * Runs all steps of a task again, in a new run.
   *
   * @returns undefined if there is no such task
   * @throws RunConflictError if there is no run or it has not ended, InngestUnreachableError or InngestRefusedError
   */
  async replay(eventId: string): Promise<DemoTaskReplayed | undefined> {
    const runId = await this.commands.replay(eventId, demoTaskRequested.event, DEMO_TASK);
    return runId === undefined ? undefined : { eventId, runId, status: pathOf(eventId) };
  }

  /**
   * Starts to follow the progress of a task.
   *
   * @returns undefined if there is no such task
   * @throws InngestUnreachableError or InngestRefusedError, within 3 s
   */
  follow(eventId: string): Promise<FollowedRun | undefined> {
    return this.stream.follow(eventId, demoTaskRequested.event, DEMO_TASK);
  }

  private listed({ eventId, event, run, cursor }: ListedEvent): ListedTask {
    const task = {
      eventId,
      taskId: (event?.data as Partial<DemoTaskRequest> | null | undefined)?.taskId,
      status: run.status,
      ...(event && { receivedAt: isoTime(event.receivedAt) }),
      run,
      links: { self: pathOf(eventId), dashboard: this.dashboardOf(run.id) },
    };
    return { task, cursor };
  }

  /** The URL of a run's page. The Dev Server and a self-hosted Inngest serve it at their own address. */
  private dashboardOf(runId: string): string | undefined {
    const url = this.settings.inngestUrl;
    return url === undefined ? undefined : `${url}/run?runID=${runId}`;
  }
}

function pathOf(eventId: string): string {
  return `/demo-tasks/${eventId}`;
}
