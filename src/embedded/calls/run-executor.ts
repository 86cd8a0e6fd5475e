import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { PatientStore, type StoreOptions } from '../faults/patient-store.js';
import type { AppFunction } from '../functions/app-function.js';
import { FunctionPauses } from '../functions/function-pauses.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { failure, type Answer } from '../protocol/answer.js';
import type { Op } from '../protocol/ops.js';
import type { QueueItem } from '../store/queue.store.js';
import { hasEnded, RunStore, type Run } from '../store/run.store.js';
import { isTaken } from '../store/store-unavailable.error.js';
import { StepStore } from '../store/step.store.js';
import { AnswerApplier } from '../answers/answer-applier.js';
import { AppCaller } from './app-caller.js';
import { Changes } from '../notices/notices.js';
import { CallBuilder, type Call } from './call-builder.js';
import { CallsUnderWay } from './calls-under-way.js';
import { ForcedFailures } from './forced-failures.js';
import { CallQueue } from '../queue/call-queue.js';
import { AppTime } from '../timers/app-time.js';
import { MAX_STEPS, RunProgress, tooManySteps } from '../runs/run-progress.js';
import { TimeoutTimers } from '../runs/timeout-timers.js';
import { StepRequests, type StepRequest } from '../ops/step-requests.js';
import { stackOf } from '../../common/error-text.js';

/**
 * How long a checkpoint waits for a data file that another process has locked, in milliseconds. It waits longer than other
 * requests, because the app has already executed the steps.
 */
const CHECKPOINT_PATIENCE_MS = 60_000;

/**
 * With at least this number of other calls under way, an answer or a checkpoint waits a moment for others, to share their
 * commit. The app has other calls to work on meanwhile. With ten calls under way, that saves two fifths of the commits.
 */
const MANY_CALLS = 4;

/** A call to make, or the answer that is applied without a call. */
export type PreparedCall = { fn: AppFunction; call: Call } | { fn: AppFunction | undefined; answer: Answer };

/** Makes one call to an app and applies its answer in one transaction. */
@Injectable()
export class RunExecutor {
  private readonly logger = new Logger('Inngest');

  constructor(
    private readonly store: PatientStore,
    private readonly runs: RunStore,
    private readonly steps: StepStore,
    private readonly functions: FunctionRegistry,
    private readonly pauses: FunctionPauses,
    private readonly builder: CallBuilder,
    private readonly caller: AppCaller,
    private readonly underWay: CallsUnderWay,
    private readonly queue: CallQueue,
    private readonly applier: AnswerApplier,
    private readonly requests: StepRequests,
    private readonly failures: ForcedFailures,
    private readonly progress: RunProgress,
    private readonly timeouts: TimeoutTimers,
    private readonly changes: Changes,
    private readonly clock: Clock,
    private readonly appTime: AppTime,
  ) {}

  /**
   * Begins a call that was taken from the queue, as a part of the caller's transaction.
   *
   * @returns undefined if the run has ended, so that there is nothing to call
   */
  prepare(item: QueueItem): PreparedCall | undefined {
    const run = this.runs.getOrThrow(item.runId);
    const fn = this.functions.byId(run.functionId);
    if (run.status === 'QUEUED' && run.fromStep === null) this.steps.beginRun(run.id);
    if (!hasEnded(run) && this.stepsOf(run) >= MAX_STEPS) this.progress.fail(run, tooManySteps());
    if (hasEnded(this.runs.getOrThrow(run.id))) {
      this.queue.finish(item);
      return undefined;
    }
    if (!fn || fn.archivedAt !== null) {
      return {
        fn,
        answer: failure(
          `The function "${fn?.slug ?? run.functionId}" is not registered by its app any more.`,
        ),
      };
    }
    if (run.status === 'QUEUED') this.begin(run, fn);
    if (item.stepId !== null) this.steps.setStatus(run.id, item.stepId, 'RUNNING');
    this.changes.mark({ kind: 'run', runId: run.id });
    const step = item.stepId === null ? undefined : this.steps.get(run.id, item.stepId);
    const forced = step && this.failures.take(fn, step);
    if (forced) return { fn, answer: { kind: 'ops', ops: [forced], noRetry: false, retryAfter: undefined } };
    return { fn, call: this.builder.build(fn, run, item) };
  }

  /**
   * Makes the call and applies its answer. If this server has an error of its own, it makes the call again later: only its
   * app can make a run fail. If another server has taken the data file over, this one applies nothing.
   *
   * @param item a call that was taken from the queue
   * @param prepared what {@link prepare} returned for it
   */
  async execute(item: QueueItem, prepared: PreparedCall): Promise<void> {
    try {
      await this.make(item, prepared);
    } catch (error) {
      // The server that has the data file now makes the call again.
      if (isTaken(error)) return;
      this.logger.error(
        `This server had an error with a call of run ${item.runId}; the call is made again.`,
        stackOf(error),
      );
      await this.store.untilStored(() => this.queue.retryAfterFault(item, error));
    }
  }

  /**
   * Applies steps that an app reports from inside a call.
   *
   * @returns false when the app must stop: the call is no longer the one that is under way, or its function is paused so
   *   that its runs wait after a step
   * @throws ProtocolError, StoreUnavailableError
   */
  checkpoint(
    call: { runId: string; itemId: string; generation?: number | undefined },
    ops: readonly Op[],
  ): Promise<boolean> {
    return this.store.forRequest(
      () => {
        const run = this.runs.get(call.runId);
        const item = this.queue.current(call.itemId, call.generation);
        const fn = run && this.functions.byId(run.functionId);
        if (!run || !fn || !item || item.runId !== run.id || hasEnded(run)) return false;
        const effects = this.applier.applyDuring(item, ops);
        if (!effects.some(({ kind }) => kind === 'resolved')) return true;
        const needsToWait =
          item.stepId === null &&
          this.pauses.of(fn.id)?.underWay === 'wait' &&
          !hasEnded(this.runs.getOrThrow(run.id));
        if (needsToWait) this.queue.waitAfterStep(item);
        else this.queue.beginStep(item);
        return !needsToWait;
      },
      { patienceMs: CHECKPOINT_PATIENCE_MS, ...this.storing(this.underWay.total - 1) },
    );
  }

  private async make(item: QueueItem, prepared: PreparedCall): Promise<void> {
    const answer = 'call' in prepared ? await this.call(prepared.fn, prepared.call) : prepared.answer;
    if (answer === 'full') {
      await this.store.untilStored(() => this.queue.returnUnmade(item));
      return;
    }
    // Without an answer the call stays stored as running, and the next start makes it again.
    if (answer) await this.finish(item, prepared.fn, this.withRetryOnOwnClock(answer));
  }

  private async call(fn: AppFunction, call: Call): ReturnType<AppCaller['call']> {
    this.underWay.began(fn.id);
    try {
      return await this.caller.call(call);
    } finally {
      this.underWay.ended(fn.id);
    }
  }

  /**
   * Converts the date of `Retry-After` from the app's clock to this server's. The dates in steps, such as that of
   * `sleepUntil`, are not converted: people chose them.
   */
  private withRetryOnOwnClock(answer: Answer): Answer {
    if (answer.kind === 'completed' || !answer.retryAfter || !('date' in answer.retryAfter)) return answer;
    return { ...answer, retryAfter: { date: this.appTime.arrived(answer.retryAfter.date) } };
  }

  /** Everything here accesses the data file through `store`, so that the app's results survive while it is unavailable. */
  private async finish(item: QueueItem, fn: AppFunction | undefined, answer: Answer): Promise<void> {
    const given = fn ? await this.withForcedFailures(item, fn, answer) : answer;
    const requests = await this.store.untilStored(
      () => this.applier.apply(item, given),
      this.storing(this.underWay.total),
    );
    if (requests.length === 0) return;
    const failures = await this.send(item, fn, requests);
    await this.store.untilStored(() => {
      if (failures.length === 0) this.applier.finish(item);
      else this.applier.apply(item, { kind: 'ops', ops: failures, noRetry: false, retryAfter: undefined });
    }, this.storing(this.underWay.total));
  }

  private async withForcedFailures(item: QueueItem, fn: AppFunction, answer: Answer): Promise<Answer> {
    if (item.stepId !== null || !this.failures.concern(fn)) return answer;
    const isNew = (stepId: string): boolean => this.steps.get(item.runId, stepId) === undefined;
    return this.store.untilStored(() => this.failures.applyTo(answer, fn, isNew));
  }

  /** Makes the HTTP requests of a call concurrently and applies each success immediately. @returns the failures */
  private async send(
    item: QueueItem,
    fn: AppFunction | undefined,
    requests: readonly StepRequest[],
  ): Promise<Op[]> {
    const failures: Op[] = [];
    const make = async (request: StepRequest): Promise<void> => {
      const forced = fn && this.failures.take(fn, request.op);
      const outcome = forced ?? (await this.requests.send(item.runId, request));
      if (outcome.op === 'StepError' || outcome.op === 'StepFailed') failures.push(outcome);
      else
        await this.store.untilStored(
          () => this.applier.resumeAfter(item.runId, this.applier.applyDuring(item, [outcome])),
          // Its other requests may end in the same turn.
          this.storing(this.underWay.total + 1),
        );
    };
    await Promise.all(requests.map(make));
    return failures;
  }

  /**
   * Answers and checkpoints change nothing in memory that a pass of the dispatcher reads.
   *
   * @param others how many other calls are under way
   */
  private storing(others: number): StoreOptions {
    const waits = others === 0 ? 'not' : others < MANY_CALLS ? 'turn' : 'moment';
    return { allowsPass: true, waits };
  }

  private stepsOf(run: Run): number {
    return this.steps.stateOf(run.id).results + run.repetitions;
  }

  private begin(run: Run, fn: AppFunction): void {
    this.runs.start(run.id, this.clock.now());
    this.timeouts.apply(fn, this.runs.getOrThrow(run.id));
  }
}
