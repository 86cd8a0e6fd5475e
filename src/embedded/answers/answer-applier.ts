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
import { assertFewConditions } from '../ops/wait-for-event.js';
import { MAX_STEPS, RunProgress, tooManySteps } from '../runs/run-progress.js';
import type { StepRequest } from '../ops/step-requests.js';
import { StepTiming } from '../runs/step-timing.js';

type OpsAnswer = Answer & { kind: 'ops' };
type FailedAnswer = Answer & { kind: 'failed' };

/** What the call of an answer still has to do before it is over. */
export type Outstanding = StepRequest[];

/** Applies to a run what its app answers or reports. Every method is a part of the caller's transaction. */
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

  /** Applies the answer to a call, which is thereby over, or is made again, unless it has requests to make first. */
  apply(item: QueueItem, answer: Answer): Outstanding {
    const run = this.runs.getOrThrow(item.runId);
    if (!hasEnded(run) && !this.isPutBack(item)) {
      this.changes.mark({ kind: 'run', runId: run.id });
      // A step that was reported meanwhile has set the attempt back.
      const current = this.queue.current(item.id, item.generation) ?? item;
      const requests = this.applyTo(run, this.functions.byId(run.functionId), current, answer);
      if (requests.length > 0) return requests;
    }
    this.finish(item);
    return [];
  }

  /**
   * Applies what is known before a call is over: a checkpoint, or what came of a request.
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

  /** Ends a call, unless it was put back for another try. */
  finish(item: QueueItem): void {
    this.timing.forget(item);
    if (this.queue.current(item.id, item.generation)) this.queue.finish(item);
  }

  /** A pause has put the call back after one of its steps: what the app answers then is only that it has stopped. */
  private isPutBack({ id, generation, stepId }: QueueItem): boolean {
    return stepId === null && this.queue.wasPutBack(id, generation);
  }

  private applyTo(run: Run, fn: AppFunction | undefined, item: QueueItem, answer: Answer): Outstanding {
    if (answer.kind === 'ops') {
      if (fn) return this.applySteps(run, fn, item, answer);
      this.retryOrFail(run, fn, item, failure('The function is gone.'));
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
      this.retryOrFail(run, fn, item, failure('The app answered without any step.'));
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
    this.followTogether(run, answer);
    return this.follow(run, fn, item, effects, answer);
  }

  /** As on the real server: steps are followed up together when they were named together and one of them is to be run. */
  private followTogether(run: Run, { ops, version = run.requestVersion }: OpsAnswer): void {
    const steps = ops.filter((op) => !this.table.read(op).isAside);
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
      this.planning.callAgain(run, item);
    }
    // An answer without a step leaves nothing that would bring the function on.
    if (effects.every(isOld)) this.repeated(run, effects);
    else this.resumeAfter(run.id, effects);
    return requests;
  }

  /**
   * The app answered with nothing new. If that has the function called again, it counts as a step, so that an app that does
   * so for ever is stopped by the step limit. Calls that race with others may bring nothing new, too; others bring the
   * function on then.
   */
  private repeated(run: Run, effects: readonly Effect[]): void {
    const isStuck = (): boolean => this.queue.isIdle(run.id) && this.steps.countUnresolved(run.id) === 0;
    const isResolved = effects.some((effect) => effect.kind === 'resolved');
    if (!isResolved && !effects.every((effect) => effect.kind === 'noted') && !isStuck()) return;
    this.progress.countRepetition(run.id);
    if (isResolved) this.resumeAfter(run.id, effects);
    else this.progress.resume(run.id);
  }

  /** Lets the function go on when one of the steps has its result. */
  resumeAfter(runId: string, effects: readonly Effect[]): void {
    const resolved = effects.filter((effect) => effect.kind === 'resolved');
    if (resolved.length === 0) return;
    this.progress.resume(
      runId,
      resolved.some((effect) => effect.race),
    );
  }

  private applyOps(run: Run, fn: AppFunction, item: QueueItem, answer: OpsAnswer): Effect[] {
    assertFewConditions(answer.ops);
    // All of them are read before the first is applied: an answer is taken whole, or not at all.
    const ops = answer.ops.map((op) => this.table.read(op));
    const asides = ops.filter((op) => op.isAside);
    const steps = ops.filter((op) => !op.isAside);
    const context = {
      run,
      fn,
      item,
      noRetry: answer.noRetry,
      retryAfter: answer.retryAfter,
      now: this.clock.now(),
      setBack: this.clock.setBack,
    };
    // Until they are followed up, the app plans what it finds.
    if (steps.length > 1 && !run.plansFirst) this.runs.setPlansFirst(run.id, true);
    const effects: Effect[] = [];
    // What travels along is noted first: a step beside it may end the run.
    for (const op of [...asides, ...steps] satisfies KnownOp[]) {
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

function isOld(effect: Effect): boolean {
  return effect.kind === 'noted' || ('isKnown' in effect && effect.isKnown === true);
}
