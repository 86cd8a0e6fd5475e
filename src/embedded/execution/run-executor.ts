import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { AppFunction } from '../apps/app-function.js';
import { FunctionRegistry } from '../apps/function-registry.js';
import { nextTimeout } from '../flow-control/index.js';
import { failure, type Answer } from '../protocol/answer.js';
import type { Op } from '../protocol/ops.js';
import { Database, StoreUnavailableError } from '../store/database.js';
import type { QueueItem } from '../store/queue.store.js';
import { hasEnded, RunStore, type Run } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';
import { AnswerApplier } from './answer-applier.js';
import { AppCaller } from './app-caller.js';
import { Changes } from './bell.js';
import { CallBuilder, type Call } from './call-builder.js';
import { CallQueue } from './call-queue.js';
import { MAX_STEPS, RunProgress, tooManySteps } from './run-progress.js';
import { FINISH_TIMEOUT, START_TIMEOUT } from './run-timeouts.js';
import { StepRequests, type StepRequest } from './step-requests.js';
import { Timers } from './timers.js';

/** How long to wait for the store before trying again. */
const STORE_PAUSE_MS = 1_000;

/** Makes one call to an app and applies what it answers, in one transaction. */
@Injectable()
export class RunExecutor {
  private readonly logger = new Logger(RunExecutor.name);

  constructor(
    private readonly db: Database,
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly functions: FunctionRegistry,
    private readonly builder: CallBuilder,
    private readonly caller: AppCaller,
    private readonly queue: CallQueue,
    private readonly applier: AnswerApplier,
    private readonly requests: StepRequests,
    private readonly progress: RunProgress,
    private readonly timers: Timers,
    private readonly changes: Changes,
    private readonly clock: Clock,
  ) {}

  /** @param item a call that was taken from the queue */
  async execute(item: QueueItem): Promise<void> {
    const prepared = await this.whenStoreIsAvailable(item, () => this.prepare(item));
    if (!prepared) return;
    const answer = 'call' in prepared ? await this.caller.call(prepared.call) : failure(prepared.problem);
    // It stays noted as under way, and is made again at the next start.
    if (!answer) return;
    try {
      await this.finish(item, answer);
    } catch (error) {
      // An answer that makes no sense must not leave the run hanging: nothing of it was kept, and the run says why.
      this.logger.error(
        `The answer to a call of run ${item.runId} cannot be applied.`,
        (error as Error).stack,
      );
      await this.finish(item, { ...failure((error as Error).message), noRetry: true });
    }
  }

  /**
   * Applies steps that an app reports from inside a call.
   *
   * @returns false when the call is not the one under way any more: the app must stop
   * @throws ProtocolError
   */
  checkpoint(call: { runId: string; itemId: string; generation: number }, ops: readonly Op[]): boolean {
    return this.db.transaction(() => {
      const run = this.runs.get(call.runId);
      const item = this.queue.current(call.itemId, call.generation);
      const fn = run && this.functions.byId(run.functionId);
      if (!run || !fn || !item || item.runId !== run.id || hasEnded(run)) return false;
      this.applier.applyDuring(item, ops);
      return true;
    });
  }

  private async finish(item: QueueItem, answer: Answer): Promise<void> {
    const requests = await this.whenStoreIsAvailable(item, () => this.applier.apply(item, answer));
    if (requests.length === 0) return;
    const failures = await this.make(item, requests);
    await this.whenStoreIsAvailable(item, () => {
      if (failures.length === 0) this.applier.finish(item);
      else this.applier.apply(item, { kind: 'ops', ops: failures, noRetry: false, retryAfter: undefined });
    });
  }

  /** Makes the requests of a call side by side. What succeeds is applied at once. @returns what failed */
  private async make(item: QueueItem, requests: readonly StepRequest[]): Promise<Op[]> {
    const failures: Op[] = [];
    const make = async (request: StepRequest): Promise<void> => {
      const outcome = await this.requests.send(item.runId, request);
      if (outcome.op === 'StepError') failures.push(outcome);
      else
        await this.whenStoreIsAvailable(item, () =>
          this.applier.resumeAfter(item.runId, this.applier.applyDuring(item, [outcome])),
        );
    };
    await Promise.all(requests.map(make));
    return failures;
  }

  /** One transaction; tried until the store is available, because what the app did must not be forgotten. */
  private async whenStoreIsAvailable<T>(item: QueueItem, work: () => T): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return this.db.transaction(work);
      } catch (error) {
        if (!(error instanceof StoreUnavailableError)) throw error;
        if (tries === 1)
          this.logger.error(`${error.message} Run ${item.runId} waits until it can be stored.`);
        await this.clock.sleep(STORE_PAUSE_MS);
      }
    }
  }

  private prepare(item: QueueItem): { call: Call } | { problem: string } | undefined {
    const run = this.runs.mustGet(item.runId);
    const fn = this.functions.byId(run.functionId);
    if (!hasEnded(run) && run.stepCount >= MAX_STEPS) this.progress.fail(run, tooManySteps());
    if (hasEnded(this.runs.mustGet(run.id))) {
      this.queue.finish(item);
      return undefined;
    }
    if (!fn || fn.archivedAt !== null) {
      return {
        problem: `The function "${fn?.slug ?? run.functionId}" is not registered by its app any more.`,
      };
    }
    if (run.status === 'QUEUED') this.begin(run, fn);
    if (item.stepId !== null) this.steps.setStatus(run.id, item.stepId, 'RUNNING');
    this.changes.mark({ kind: 'run', runId: run.id });
    return { call: this.builder.build(fn, run, item) };
  }

  private begin(run: Run, fn: AppFunction): void {
    const now = this.clock.now();
    this.runs.start(run.id, now);
    this.timers.remove(`${START_TIMEOUT}:${run.id}`);
    const timeout = nextTimeout(fn.flow.timeouts ?? {}, run.queuedAt, now);
    if (!timeout) return;
    const id = `${FINISH_TIMEOUT}:${run.id}`;
    this.timers.set({ id, kind: FINISH_TIMEOUT, at: timeout.at, runId: run.id, payload: null });
  }
}
