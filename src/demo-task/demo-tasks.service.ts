import { isoTime } from '../common/iso-time.js';
import { Injectable } from '@nestjs/common';
import { Settings } from '../config/index.js';
import { EventSender, ProgressStream, RunsService, type Progress } from '../runs/index.js';
import type { DemoTaskRequest } from './request/demo-task-request.dto.js';
import { demoTaskRequested } from './request/demo-task.event.js';
import { DEMO_TASK } from './demo-task.function.js';
import type { DemoTaskAccepted, DemoTaskStatus } from './demo-task.views.js';

/** Asks Inngest for demo tasks, and how they stand. */
@Injectable()
export class DemoTasksService {
  constructor(
    private readonly sender: EventSender,
    private readonly runs: RunsService,
    private readonly stream: ProgressStream,
    private readonly settings: Settings,
  ) {}

  /** @throws InngestUnreachableError or InngestRefusedError, within 3 s */
  async request(task: DemoTaskRequest): Promise<DemoTaskAccepted> {
    const eventId = await this.sender.send(demoTaskRequested.create(task));
    return { eventId, taskId: task.taskId, status: pathOf(eventId) };
  }

  /**
   * @returns undefined when there is no such task
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
   * A task's life as it happens, until it has ended or the signal is aborted.
   *
   * @param lastId the last progress that the listener has of an earlier connection
   */
  progress(eventId: string, signal: AbortSignal, lastId?: string): AsyncIterable<Progress> {
    return this.stream.follow(eventId, demoTaskRequested.event, DEMO_TASK, signal, lastId);
  }

  /** The page of a run, which Dev Server and self-hosted Inngest have at their own address. */
  private dashboardOf(runId: string): string | undefined {
    const url = this.settings.inngestUrl;
    return url === undefined ? undefined : `${url}/run?runID=${runId}`;
  }
}

function pathOf(eventId: string): string {
  return `/demo-tasks/${eventId}`;
}
