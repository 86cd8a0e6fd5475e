import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../clock/index.js';
import {
  InngestFunction,
  OnInngestFailure,
  currentStep,
  parseEventData,
  type InngestContext,
  type InngestFailureContext,
} from '../inngest/index.js';
import { DEFAULT_DELAY_MS, DemoTaskRequest } from './request/demo-task-request.dto.js';
import { demoTaskRequested } from './request/demo-task.event.js';
import { DEMO_TASK_FLOW_CONTROL } from './demo-task.flow-control.js';
import type { DemoTaskStep } from './request/demo-task.steps.js';
import { DataProcessingService } from './providers/data-processing.service.js';
import { DelayService } from './providers/delay.service.js';
import { ExternalApiClient } from './providers/external-api.client.js';
import { FailureSimulator } from './providers/failure-simulator.js';
import { ResultAssembler, type TaskResult } from './providers/result-assembler.service.js';
import { StepJournal } from './providers/step-journal.js';
import { TaskStateService } from './providers/task-state.service.js';

/** The function's id at Inngest. */
export const DEMO_TASK = 'demo-task';

/** When the successful attempt of a step ran. Times are ISO 8601; attempts count from 0, as `ctx.attempt` does. */
export interface StepTiming {
  startedAt: string;
  endedAt: string;
  attempt: number;
}

/** The result of a demo task. */
export interface DemoTaskOutput {
  taskId: string;
  steps: (StepTiming & { id: DemoTaskStep })[];
  result: TaskResult;
}

/**
 * The demo task has five durable steps. In each of them an injected provider does the work. They demonstrate the
 * guarantees of Inngest.
 */
@Injectable()
export class DemoTaskFunction {
  private readonly logger = new Logger(DemoTaskFunction.name);

  constructor(
    private readonly clock: Clock,
    private readonly failures: FailureSimulator,
    private readonly state: TaskStateService,
    private readonly processing: DataProcessingService,
    private readonly delay: DelayService,
    private readonly api: ExternalApiClient,
    private readonly results: ResultAssembler,
    private readonly journal: StepJournal,
  ) {}

  @InngestFunction({
    id: DEMO_TASK,
    name: 'Demo Task',
    triggers: [demoTaskRequested],
    ...DEMO_TASK_FLOW_CONTROL,
  })
  async run({ event, step }: InngestContext<typeof demoTaskRequested>): Promise<DemoTaskOutput> {
    const task = await parseEventData(DemoTaskRequest, event.data);
    const steps: DemoTaskOutput['steps'] = [];

    const run = async <T extends object>(id: DemoTaskStep, work: () => T | Promise<T>): Promise<T> => {
      // Inngest stores the result of a step as JSON. The cast is safe because JSON changes none of the providers'
      // results.
      const attempt = (): Promise<T & StepTiming> => this.attempt(task, id, work);
      const done = (await step.run(id, () => this.journal.around(task.taskId, attempt))) as T & StepTiming;
      steps.push({ id, startedAt: done.startedAt, endedAt: done.endedAt, attempt: done.attempt });
      return done;
    };

    await run('step-1-initialize', () => this.state.initialize(task));
    const data = await run('step-2-process', () => this.processing.process(task.taskId));
    await run('step-3-simulate-delay', () => this.delay.wait(task.delayMs ?? DEFAULT_DELAY_MS));
    const receipt = await run('step-4-simulate-api-call', () => this.api.submit(data.checksum));
    const { state, checksum, requestId, summary } = await run('step-5-finalize', () =>
      this.results.assemble(task.taskId, data, receipt),
    );
    return { taskId: task.taskId, steps, result: { state, checksum, requestId, summary } };
  }

  /**
   * Logs the task, its run and its last error. Inngest reports only this error, so the error of a step contains the
   * step's id (see {@link attempt}). An error that no step threw, such as that of an invalid event, names no step.
   */
  @OnInngestFailure(DEMO_TASK)
  failed({ error, event }: InngestFailureContext<typeof demoTaskRequested>): void {
    // The data may be missing: that may be the reason why the run failed.
    const data = event.data.event.data as Partial<DemoTaskRequest> | null;
    const task = JSON.stringify(data?.taskId) ?? 'without a task id';
    this.logger.error(
      `Task ${task} failed after its last attempt (run ${event.data.run_id}): ${error.name}: ${error.message}`,
    );
  }

  /**
   * Runs one attempt of a step: its work, or the requested failure. Adds the time to the result.
   *
   * @throws the error of the work, with the step's id in its message
   */
  private async attempt<T extends object>(
    task: DemoTaskRequest,
    id: DemoTaskStep,
    work: () => T | Promise<T>,
  ): Promise<T & StepTiming> {
    const attempt = currentStep()?.attempt ?? 0;
    const startedAt = this.now();
    try {
      this.failures.failOnRequest(task, id, attempt);
      return { ...(await work()), startedAt, endedAt: this.now(), attempt };
    } catch (error) {
      throw named(id, error);
    }
  }

  private now(): string {
    return new Date(this.clock.now()).toISOString();
  }
}

/** Adds the step's id to the message. Returns the same object, because its class decides about retries. */
function named(step: DemoTaskStep, error: unknown): unknown {
  if (!(error instanceof Error) || error.message.includes(step)) return error;
  const value = `${step}: ${error.message}`;
  // `defineProperty`, because some errors, such as that of an aborted fetch, have a read-only message.
  Reflect.defineProperty(error, 'message', { value, configurable: true, writable: true });
  return error;
}
