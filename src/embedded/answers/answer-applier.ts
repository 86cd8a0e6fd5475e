import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import type { AppFunction } from '../functions/app-function.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { failure, type Answer } from '../protocol/answer.js';
import { COALESCING_VERSION } from '../protocol/call.js';
import { ProtocolError, type Op } from '../protocol/ops.js';
import type { QueueItem } from '../store/queue.store.js';
import { hasEnded, RunStore, type Run } from '../store/run.store.js';
import { StepStore } from '../store/step.store.js';
import { Backoff } from '../queue/backoff.js';
import { Changes } from '../notices/notices.js';
import { CallQueue } from '../queue/call-queue.js';
import type { Effect } from '../ops/op-handler.js';
import { OpTable, type KnownOp } from '../ops/op-table.js';
import { PlanStep } from '../ops/plan-step.js';
import { assertConditionsFit } from '../ops/wait-for-event.js';
import { MAX_STEPS, RunProgress, tooManySteps } from '../runs/run-progress.js';
import type { StepRequest } from '../ops/step-requests.js';
import { StepTiming } from '../runs/step-timing.js';

type OpsAnswer = Answer & { kind: 'ops' };
type FailedAnswer = Answer & { kind: 'failed' };

/** The HTTP requests that the server has to make for steps before the call is over. */
export type Outstanding = StepRequest[];

/** Applies answers and checkpoints to a run. Every method is a part of the caller's transaction. */
@Injectable()
export class AnswerApplier {
  constructor(
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly functions: FunctionRegistry,
    private readonly queue: CallQueue,
    private readonly progress: RunProgress,
    private readonly timing: StepTiming,
    private readonly backoff: Backoff,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly table: OpTable,
    private readonly planning: PlanStep,
  ) {}

  /** Applies the answer to a call. This ends the call or requeues it, unless it returns requests to make first. */
  apply(item: QueueItem, answer: Answer): Outstanding {
    const run = this.runs.getOrThrow(item.runId);
    if (!hasEnded(run) && !this.isPutBack(item)) {
      this.changes.mark({ kind: 'run', runId: run.id });
      // A checkpoint during the call may have reset the attempt to 0.
      const current = this.queue.current(item.id, item.generation) ?? item;
      const requests = this.applyTo(run, this.functions.byId(run.functionId), current, answer);
      if (requests.length > 0) return requests;
    }
    this.finish(item);
    return [];
  }

  /**
   * Applies ops before the call is over: those of a checkpoint, or the result of a request.
   *
   * @throws ProtocolError
   */
  applyDuring(item: QueueItem, ops: readonly Op[]): Effect[] {
    const run = this.runs.getOrThrow(item.runId);
    const fn = this.functions.byId(run.functionId);
    if (!fn || hasEnded(run)) return [];
    this.changes.mark({ kind: 'run', runId: run.id });
    return this.applyOps(run, fn, item, {
      kind: 'ops',
      ops: [...ops],
      noRetry: false,
      retryAfter: undefined,
    });
  }

  /** Removes the call from the queue, unless it was requeued. */
  finish(item: QueueItem): void {
    this.timing.forget(item);
    if (this.queue.current(item.id, item.generation)) this.queue.finish(item);
  }

  /** Whether a pause requeued the call after one of its steps. The answer then says only that the app has stopped. */
  private isPutBack({ id, generation, stepId }: QueueItem): boolean {
    return stepId === null && this.queue.wasPutBack(id, generation);
  }

  private applyTo(run: Run, fn: AppFunction | undefined, item: QueueItem, answer: Answer): Outstanding {
    if (answer.kind === 'ops') {
      if (fn) return this.applySteps(run, fn, item, answer);
      this.retryOrFail(run, fn, item, failure(`The function ${run.functionId} is not registered any more.`));
    } else if (answer.kind === 'completed') {
      this.addFunctionAttempt(run, item, 'COMPLETED', answer.output, null);
      this.progress.complete(run, answer.output);
    } else {
      this.retryOrFail(run, fn, item, answer);
    }
    return [];
  }

  private applySteps(run: Run, fn: AppFunction, item: QueueItem, answer: OpsAnswer): Outstanding {
    if (answer.version !== undefined && answer.version !== run.requestVersion) {
      this.runs.setRequestVersion(run.id, answer.version);
    }
    if (answer.ops.length === 0) {
      this.retryOrFail(run, fn, item, failure('The app answered with an empty list of steps.'));
      return [];
    }
    if (answer.ops.length > MAX_STEPS) {
      this.progress.fail(run, tooManySteps());
      return [];
    }
    let effects: Effect[];
    try {
      effects = this.applyOps(run, fn, item, answer);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.retryOrFail(run, fn, item, { ...failure(error.message), noRetry: true });
      return [];
    }
    this.markAwaitedTogether(run, answer);
    return this.follow(run, fn, item, effects, answer);
  }

  /**
   * If one answer has several steps and at least one is StepPlanned, the function is called again only after all of them
   * have results (request version 2 and later), as on the real server.
   */
  private markAwaitedTogether(run: Run, { ops, version = run.requestVersion }: OpsAnswer): void {
    const steps = ops.filter((op) => !this.table.read(op).isSideOp);
    const isPlan = steps.length > 1 && steps.some(({ op }) => op === 'StepPlanned');
    if (!isPlan || version < COALESCING_VERSION) return;
    this.steps.awaitTogether(
      run.id,
      steps.map(({ id }) => id),
    );
  }

  private follow(
    run: Run,
    fn: AppFunction,
    item: QueueItem,
    effects: readonly Effect[],
    { retryAfter }: OpsAnswer,
  ): Outstanding {
    if (effects.some((effect) => effect.kind === 'ended')) return [];
    const failed = effects.find((effect) => effect.kind === 'failed');
    if (failed) {
      const { error, noRetry } = failed;
      this.retryOrFail(run, fn, item, { kind: 'failed', error, noRetry, retryAfter, output: error });
      return [];
    }
    const retry = effects.find((effect) => effect.kind === 'retry');
    if (retry) {
      this.queue.retry(item, run, item.attempt + 1, retry.at);
      return [];
    }
    const requests = effects.flatMap((effect) => (effect.kind === 'request' ? [effect.request] : []));
    if (requests.length === 0) {
      this.queue.finish(item);
      this.planning.requeueUnanswered(run, item);
    }
    if (effects.every(isOld)) this.resumeIfStuck(run, effects);
    else this.resumeAfter(run.id, effects);
    return requests;
  }

  /**
   * Handles an answer with nothing new. The function is called again if the answer has a result, has only side ops, or if
   * the run has no other call and no step without a result. That counts as a step, so that the step limit ends a run
   * whose app answers so forever. In other cases another call or step resumes the function.
   */
  private resumeIfStuck(run: Run, effects: readonly Effect[]): void {
    const isStuck = (): boolean => this.queue.isIdle(run.id) && this.steps.countUnresolved(run.id) === 0;
    const isResolved = effects.some((effect) => effect.kind === 'resolved');
    if (!isResolved && !effects.every((effect) => effect.kind === 'noted') && !isStuck()) return;
    this.progress.countRepetition(run.id);
    if (isResolved) this.resumeAfter(run.id, effects);
    else this.progress.resume(run.id);
  }

  /** Queues the next call of the function if one of the effects is a result. */
  resumeAfter(runId: string, effects: readonly Effect[]): void {
    const resolved = effects.filter((effect) => effect.kind === 'resolved');
    if (resolved.length === 0) return;
    this.progress.resume(
      runId,
      resolved.some((effect) => effect.race),
    );
  }

  private applyOps(run: Run, fn: AppFunction, item: QueueItem, answer: OpsAnswer): Effect[] {
    assertConditionsFit(answer.ops);
    // Reads all ops before it applies the first, so that an invalid op rejects the whole answer.
    const ops = answer.ops.map((op) => this.table.read(op));
    const sideOps = ops.filter((op) => op.isSideOp);
    const steps = ops.filter((op) => !op.isSideOp);
    const context = {
      run,
      fn,
      item,
      noRetry: answer.noRetry,
      retryAfter: answer.retryAfter,
      now: this.clock.now(),
      setBack: this.clock.setBack,
    };
    // Until these steps have results and the function resumes, its calls ask the app to plan new steps.
    if (steps.length > 1 && !run.plansFirst) this.runs.setPlansFirst(run.id, true);
    const effects: Effect[] = [];
    // Side ops are applied first, because a step in the same answer may end the run.
    for (const op of [...sideOps, ...steps] satisfies KnownOp[]) {
      // An earlier step may have ended the run by exceeding a limit.
      if (hasEnded(this.runs.getOrThrow(run.id))) return [...effects, { kind: 'ended' }];
      effects.push(op.apply(context));
    }
    return effects;
  }

  private retryOrFail(
    run: Run,
    fn: AppFunction | undefined,
    item: QueueItem,
    { error, noRetry, retryAfter, output }: FailedAnswer,
  ): void {
    const isFinal = noRetry || item.attempt + 1 >= (fn?.maxAttempts ?? 1);
    const retryAt = isFinal ? null : this.backoff.nextTry(item.attempt, retryAfter, this.clock.now());
    this.addFunctionAttempt(run, item, 'FAILED', output ?? error, retryAt);
    if (retryAt !== null) this.queue.retry(item, run, item.attempt + 1, retryAt);
    else this.progress.fail(run, noRetry ? { ...error, error: 'NonRetriableError' } : error, output);
  }

  /** An attempt of a step call belongs to the step, even if the app could not be reached. */
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

function isOld(effect: Effect): boolean {
  return effect.kind === 'noted' || ('isKnown' in effect && effect.isKnown === true);
}
