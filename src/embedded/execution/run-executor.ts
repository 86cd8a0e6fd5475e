import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { Clock } from '../../clock/index.js';
import type { AppFunction } from '../apps/app-function.js';
import { FunctionRegistry } from '../apps/function-registry.js';
import { nextTimeout } from '../flow-control/index.js';
import { failure, type Answer } from '../protocol/answer.js';
import { ProtocolError, type Op, type OpCode } from '../protocol/ops.js';
import { Database, StoreFullError } from '../store/database.js';
import type { QueueItem } from '../store/queue.store.js';
import { hasEnded, RunStore, type Run } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';
import { AppCaller } from './app-caller.js';
import { Backoff } from './backoff.js';
import { Changes } from './bell.js';
import { CallBuilder, type Call } from './call-builder.js';
import { CallQueue } from './call-queue.js';
import { opHandlers } from './ops/index.js';
import type { Effect, OpContext, OpHandler } from './ops/op-handler.js';
import { RunProgress } from './run-progress.js';
import { FINISH_TIMEOUT, START_TIMEOUT } from './run-timeouts.js';
import { StepTiming } from './step-timing.js';
import { Timers } from './timers.js';

/** How long to wait for room on the disk before trying again. */
const FULL_DISK_PAUSE_MS = 1_000;

/** Makes one call to an app and applies what it answers, in one transaction. */
@Injectable()
export class RunExecutor implements OnModuleInit {
  private readonly logger = new Logger(RunExecutor.name);
  private readonly handlers = new Map<OpCode, OpHandler>();

  constructor(
    private readonly db: Database,
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly functions: FunctionRegistry,
    private readonly builder: CallBuilder,
    private readonly caller: AppCaller,
    private readonly queue: CallQueue,
    private readonly progress: RunProgress,
    private readonly timers: Timers,
    private readonly timing: StepTiming,
    private readonly backoff: Backoff,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly moduleRef: ModuleRef,
  ) {}

  onModuleInit(): void {
    for (const type of opHandlers) {
      const handler = this.moduleRef.get<OpHandler>(type);
      for (const code of handler.codes) this.handlers.set(code, handler);
    }
  }

  /** @param item a call that was taken from the queue */
  async execute(item: QueueItem): Promise<void> {
    const prepared = await this.whenThereIsRoom(item, () => this.prepare(item));
    if (!prepared) return;
    const answer = 'call' in prepared ? await this.caller.call(prepared.call) : failure(prepared.problem);
    try {
      await this.whenThereIsRoom(item, () => this.apply(item, answer));
    } catch (error) {
      // An answer that makes no sense must not leave the run hanging: nothing of it was kept, and the run says why.
      this.logger.error(
        `The answer to a call of run ${item.runId} cannot be applied.`,
        (error as Error).stack,
      );
      const nonsense = { ...failure((error as Error).message), noRetry: true };
      await this.whenThereIsRoom(item, () => this.apply(item, nonsense));
    }
  }

  /** One transaction; on a full disk as often as it takes, because what the app did must not be forgotten. */
  private async whenThereIsRoom<T>(item: QueueItem, work: () => T): Promise<T> {
    for (;;) {
      try {
        return this.db.transaction(work);
      } catch (error) {
        if (!(error instanceof StoreFullError)) throw error;
        this.logger.error(`${error.message} Run ${item.runId} waits for room.`);
        await this.clock.sleep(FULL_DISK_PAUSE_MS);
      }
    }
  }

  /**
   * Applies steps that an app reports from inside a call.
   *
   * @returns false when the call is not the one under way any more: the app must stop
   */
  checkpoint(requestId: { runId: string; itemId: string; generation: number }, ops: readonly Op[]): boolean {
    return this.db.transaction(() => {
      const run = this.runs.get(requestId.runId);
      const item = this.queue.current(requestId.itemId, requestId.generation);
      const fn = run && this.functions.byId(run.functionId);
      if (!run || !fn || !item || item.runId !== run.id || hasEnded(run)) return false;
      this.applyOps(run, fn, item, { kind: 'ops', ops: [...ops], noRetry: false, retryAfter: undefined });
      return true;
    });
  }

  private prepare(item: QueueItem): { call: Call } | { problem: string } | undefined {
    const run = this.runs.mustGet(item.runId);
    const fn = this.functions.byId(run.functionId);
    if (hasEnded(run)) {
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

  private apply(item: QueueItem, answer: Answer): void {
    const run = this.runs.mustGet(item.runId);
    const fn = this.functions.byId(run.functionId);
    if (!hasEnded(run)) {
      this.changes.mark({ kind: 'run', runId: run.id });
      if (answer.kind === 'ops' && fn) this.applyAnswer(run, fn, item, answer);
      else if (answer.kind === 'completed') this.finishFunction(run, item, answer.output);
      else this.retryOrFail(run, fn, item, answer as Answer & { kind: 'failed' });
    }
    this.timing.forget(item);
    // Whatever was not put back for another try is done.
    if (this.queue.current(item.id, item.generation)) this.queue.finish(item);
  }

  private applyAnswer(run: Run, fn: AppFunction, item: QueueItem, answer: Answer & { kind: 'ops' }): void {
    if (answer.version !== undefined && answer.version !== run.requestVersion) {
      this.runs.setRequestVersion(run.id, answer.version);
    }
    if (answer.ops.length === 0) {
      this.retryOrFail(run, fn, item, failure('The app answered without any step.'));
      return;
    }
    const effects = this.applyOps(run, fn, item, answer);
    if (effects.some((effect) => effect.kind === 'ended')) return;
    const retry = effects.find((effect) => effect.kind === 'retry');
    if (retry) {
      this.queue.retry(item, run, item.attempt + 1, retry.at);
      return;
    }
    const resolved = effects.filter((effect) => effect.kind === 'resolved');
    if (resolved.length > 0) {
      this.queue.finish(item);
      this.progress.resume(
        run.id,
        resolved.some((effect) => effect.race),
      );
    }
  }

  private applyOps(run: Run, fn: AppFunction, item: QueueItem, answer: Answer & { kind: 'ops' }): Effect[] {
    const context: OpContext = {
      run,
      fn,
      item,
      parallel: answer.ops.length > 1,
      noRetry: answer.noRetry,
      retryAfter: answer.retryAfter,
      now: this.clock.now(),
    };
    const effects: Effect[] = [];
    for (const op of answer.ops) {
      // An earlier step may have ended the run by exceeding a limit.
      if (hasEnded(this.runs.mustGet(run.id))) return [...effects, { kind: 'ended' }];
      const handler = this.handlers.get(op.op);
      if (!handler) throw new ProtocolError(`No handler for "${op.op}".`);
      effects.push(handler.apply(op, context));
    }
    return effects;
  }

  private finishFunction(run: Run, item: QueueItem, output: unknown): void {
    this.addFunctionAttempt(run, item, 'COMPLETED', output, null);
    this.progress.complete(run, output);
  }

  private retryOrFail(
    run: Run,
    fn: AppFunction | undefined,
    item: QueueItem,
    { error, noRetry, retryAfter, output }: Answer & { kind: 'failed' },
  ): void {
    const isFinal = noRetry || item.attempt + 1 >= (fn?.maxAttempts ?? 1);
    const retryAt = isFinal ? null : this.backoff.nextTry(item.attempt, retryAfter, this.clock.now());
    this.addFunctionAttempt(run, item, 'FAILED', output ?? error, retryAt);
    if (retryAt !== null) this.queue.retry(item, run, item.attempt + 1, retryAt);
    else this.progress.fail(run, noRetry ? { ...error, error: 'NonRetriableError' } : error, output);
  }

  /** A planned step's own call belongs to that step, also when the app could not be reached at all. */
  private addFunctionAttempt(
    run: Run,
    item: QueueItem,
    status: 'COMPLETED' | 'FAILED',
    output: unknown,
    retryAt: number | null,
  ): void {
    this.steps.addAttempt({
      runId: run.id,
      stepId: item.stepId ?? '',
      number: item.attempt,
      status,
      queuedAt: item.queuedAt,
      startedAt: item.calledAt ?? item.queuedAt,
      endedAt: this.clock.now(),
      output: JSON.stringify(output ?? null),
      retryAt,
    });
  }
}
