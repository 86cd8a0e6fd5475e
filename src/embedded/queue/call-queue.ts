import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { stackOf } from '../../common/error-text.js';
import { delayAfter, describeError } from '../faults/retry-later.js';
import { queuePosition } from '../flow-control/index.js';
import { AppPresence } from '../functions/app-presence.js';
import { FunctionPauses } from '../functions/function-pauses.js';
import { AppCapacity } from '../functions/app-capacity.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { Wakeup } from '../notices/notices.js';
import { Database } from '../store/database.js';
import { FlowStore } from '../store/flow.store.js';
import { Ids } from '../store/ids.js';
import { LimitStore } from '../store/limit.store.js';
import { QueueStore, type QueueItem, type Suspicion } from '../store/queue.store.js';
import { RunStore, type Run } from '../store/run.store.js';
import { SlotStore } from '../store/slot.store.js';
import { HeldCalls } from './held-calls.js';
import { Lanes } from './lanes.js';
import { LimitTree } from './limit-tree.js';
import { NextCall } from './next-call.js';
import { QueueRecovery } from './queue-recovery.js';
import { QueuedCalls } from './queued-calls.js';

/** How many calls, over all functions, may be under way at a time. The real server has as many queue workers. */
export const MAX_CALLS = 100;

/**
 * The queue of calls. Flow control and scores decide the order in which they are taken.
 *
 * A call belongs to a lane, a leaf of the tree of limits. {@link NextCall} chooses the lane from which to take a call.
 */
@Injectable()
export class CallQueue {
  private readonly logger = new Logger('Inngest');
  private readonly next: NextCall;
  private readonly recovery: QueueRecovery;
  private readonly held: HeldCalls;

  constructor(
    db: Database,
    private readonly queue: QueueStore,
    private readonly calls: QueuedCalls,
    private readonly lanes: Lanes,
    tree: LimitTree,
    limits: LimitStore,
    slots: SlotStore,
    flow: FlowStore,
    private readonly runs: RunStore,
    functions: FunctionRegistry,
    presence: AppPresence,
    capacity: AppCapacity,
    pauses: FunctionPauses,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly wakeup: Wakeup,
  ) {
    this.held = new HeldCalls(db, lanes, (item) => calls.addToHeads(item));
    this.next = new NextCall(
      queue,
      calls,
      lanes,
      tree,
      limits,
      slots,
      flow,
      functions,
      presence,
      capacity,
      pauses,
      runs,
      this.held,
      clock,
    );
    this.recovery = new QueueRecovery(queue, calls, lanes, runs, clock);
  }

  /** Whether this transaction has queued calls, or has slots of calls that have ended, which other calls can have. */
  get hasHeldCalls(): boolean {
    return this.held.areAny;
  }

  /** Until when, in steady time, other calls wait for a suspect call; undefined when they do not. */
  get heldUntil(): number | undefined {
    return this.next.heldUntil;
  }

  /**
   * Queues the first call of a run. Throttles apply to this call only.
   *
   * @param stepId the step that the call executes, if the run replays another run from that step
   */
  enqueueStart(run: Run, stepId: string | null = null): void {
    this.enqueue(run, { kind: 'start', stepId, parallel: false });
  }

  /**
   * Queues a call in which the function finds its next step.
   *
   * @param parallel whether the call asks the app to plan the steps that it finds
   */
  enqueueContinue(run: Run, parallel = false): void {
    this.enqueue(run, { kind: 'continue', stepId: null, parallel });
  }

  /** Queues a call that executes one planned step. */
  enqueueStep(run: Run, stepId: string): void {
    this.enqueue(run, { kind: 'step', stepId, parallel: false });
  }

  /**
   * Takes the next call that may be made now, with its slots and, for a start call, the throttle's permit.
   *
   * @returns undefined when no call may be made now; `later` when there may be one, so that the caller has to ask again in
   *   another turn
   * @throws Error for a bug of this server; call {@link putOffCandidate} then
   */
  take(requestId: string): QueueItem | 'later' | undefined {
    return this.next.take(requestId);
  }

  /**
   * The call with this id, if it is still under way.
   *
   * @param generation the generation that the app names; undefined when it names none
   */
  current(id: string, generation: number | undefined): QueueItem | undefined {
    const item = this.queue.get(id);
    if (item?.state !== 'running') return undefined;
    return generation === undefined || item.generation === generation ? item : undefined;
  }

  /** Whether the call was requeued, and perhaps made again, after it was taken with this generation. */
  wasPutBack(id: string, generation: number): boolean {
    const item = this.queue.get(id);
    return item !== undefined && (item.state !== 'running' || item.generation > generation);
  }

  /**
   * Removes a call that was taken, and frees its slots. It frees them at the end of the transaction, unless the next call of
   * the run takes them over.
   */
  finish(item: QueueItem): void {
    const lane = this.lanes.get(item.lane);
    if (lane) this.held.keepSlots(item.runId, lane);
    this.calls.remove(item.id);
    this.wakeup.afterCommit();
  }

  /**
   * Requeues a call that was taken, as the attempt with the number `attempt`.
   *
   * @param wallTime when to make the call, in wall-clock milliseconds as of now
   * @param suspicion whether the call stays suspect. Default: it does not, because a call that has ended did not end the
   *   process
   */
  retry(item: QueueItem, run: Run, attempt: number, wallTime: number, suspicion?: Suspicion): void {
    this.release(item);
    const at = this.clock.toSteady(wallTime);
    const lane = this.lanes.idFor(run, 'continue', suspicion);
    this.calls.requeue(item, { lane, attempt, at, score: at, ...this.times(), suspicion });
    this.wakeup.afterCommit();
  }

  /** Requeues the call of a paused function after one of its steps. It waits there for the end of the pause. */
  waitAfterStep(item: QueueItem): void {
    const run = this.runs.getOrThrow(item.runId);
    this.release(item);
    const times = this.times();
    const lane = this.lanes.idFor(run, 'continue');
    this.calls.requeue(item, { lane, attempt: 0, at: times.now, score: item.score, ...times });
    // Calls of other functions may take the slots that it has released.
    this.wakeup.afterCommit();
  }

  /** The call has finished one step and continues with the next, which starts with attempt 0 and is not suspect. */
  beginStep(item: QueueItem): void {
    if (item.attempt === 0 && !item.suspect) return;
    this.queue.beginStep(item.id);
    this.wakeup.afterCommit();
  }

  /**
   * Requeues a call after an error of this server. The attempt does not change. The delay grows with each error; after too
   * many errors the call is set aside.
   */
  retryAfterFault(item: Pick<QueueItem, 'id' | 'generation'>, error: unknown): void {
    const current = this.current(item.id, item.generation);
    if (!current) return;
    this.release(current);
    const run = this.runs.getOrThrow(current.runId);
    const failures = current.failures + 1;
    const delay = delayAfter(failures);
    const times = this.times();
    const lane = this.lanes.idFor(run, 'continue', current);
    const { attempt, score } = current;
    const failed = { failures, error: describeError(error) };
    const at = times.now + (delay ?? 0);
    this.calls.requeue(current, { lane, attempt, at, score, ...times, failed, suspicion: current });
    if (delay === undefined) this.setAside({ ...current, lane }, error);
    this.wakeup.afterCommit();
  }

  /** Requeues a call that was taken and not made, because all workers of its app are busy. The attempt does not change. */
  returnUnmade(item: QueueItem): void {
    const current = this.current(item.id, item.generation);
    if (!current) return;
    this.release(current);
    // `continue`: a start call has already used its throttle's permit.
    const lane = this.lanes.idFor(this.runs.getOrThrow(current.runId), 'continue', current);
    const { attempt, score } = current;
    const times = this.times();
    this.calls.requeue(current, { lane, attempt, at: times.now, score, ...times, suspicion: current });
    this.wakeup.afterCommit();
  }

  /**
   * Delays the call at which {@link take} threw, or sets it aside, so that the queue can continue with other calls.
   *
   * @returns false when {@link take} threw before it looked at a call
   */
  putOffCandidate(error: unknown): boolean {
    const item = this.next.candidate && this.queue.get(this.next.candidate.id);
    // It may still be delayed: the transaction that failed may have made it ready, and was rolled back.
    if (item?.state !== 'ready' && item?.state !== 'delayed') return false;
    const delay = delayAfter(item.failures + 1);
    if (delay === undefined) this.setAside(item, error);
    else this.calls.delay(item, { at: this.clock.steady() + delay, error: describeError(error) });
    return true;
  }

  /**
   * Requeues calls that are stored as running although they are not under way, because storing their end failed.
   *
   * @param isUnderWay whether this process is making the call
   * @returns the number of requeued calls
   */
  sweep(isUnderWay: (item: QueueItem) => boolean): number {
    const lost = this.queue.running().filter((item) => !isUnderWay(item));
    const times = this.times();
    for (const item of lost) {
      this.release(item);
      const lane = this.lanes.idFor(this.runs.getOrThrow(item.runId), 'continue');
      this.calls.requeue(item, { lane, attempt: item.attempt, at: times.now, score: item.score, ...times });
    }
    if (lost.length > 0) this.wakeup.afterCommit();
    return lost.length;
  }

  /**
   * Removes the waiting calls of a run that has ended, and frees the slots that it held. Calls under way are not aborted.
   */
  endRun(runId: string): void {
    for (const item of this.queue.ofRun(runId)) {
      if (item.state !== 'running') this.calls.remove(item.id);
    }
    this.queue.endRun(runId);
    if (this.lanes.releaseRun(runId)) this.wakeup.afterCommit();
  }

  /** Whether the run has no call, neither waiting nor under way. */
  isIdle(runId: string): boolean {
    return this.queue.ofRun(runId).length === 0;
  }

  /** Whether a call that executes this planned step is waiting or under way. */
  hasCallOf(runId: string, stepId: string): boolean {
    return this.queue.ofRun(runId).some((item) => item.stepId === stepId);
  }

  /** Whether a call in which the run can find its next step is already waiting. */
  hasWaitingContinue(runId: string): boolean {
    return this.queue
      .ofRun(runId)
      .some((item) => item.kind !== 'step' && item.state !== 'running' && item.state !== 'set-aside');
  }

  /**
   * Requeues, before the first call after a restart, calls that were under way (it is unknown how far they got) and calls
   * that were set aside. Processes a bounded number of rows.
   *
   * @param areSuspect whether one of the calls under way may have ended the process, so that they are made one at a time
   * @returns whether there may be more
   */
  recover(areSuspect = false): boolean {
    return this.recovery.recoverSome(areSuspect);
  }

  private enqueue(
    run: Run,
    { kind, stepId, parallel }: Pick<QueueItem, 'kind' | 'stepId' | 'parallel'>,
  ): void {
    const { now, queuedAt } = this.times();
    // Every call of a run has the run's queue time as its score, so started runs go before new ones (read in Inngest's
    // source). A negative priority delays each call (measured). `min`: if the wall clock was put back since, the run's
    // queue time can be later than now.
    const { score } = queuePosition(Math.min(this.clock.toSteady(run.queuedAt), now), run.priority);
    const { earliest } = queuePosition(now, run.priority);
    this.calls.insert(
      {
        kind,
        stepId,
        parallel,
        id: this.ids.job(),
        runId: run.id,
        lane: this.lanes.idFor(run, kind),
        attempt: 0,
        generation: 0,
        at: earliest,
        score,
        queuedAt,
      },
      earliest <= now,
      (added) => this.held.hold(added),
    );
    this.wakeup.afterCommit();
  }

  private setAside(item: QueueItem, error: unknown): void {
    this.calls.setAside(item, describeError(error), this.clock.now());
    this.logger.error(
      `A call of run ${item.runId} failed ${item.failures + 1} times in this server and is set aside until the next start.`,
      stackOf(error),
    );
  }

  /** The steady time (`now`) and the wall clock's time (`queuedAt`), in milliseconds. */
  private times(): { now: number; queuedAt: number } {
    return { now: this.clock.steady(), queuedAt: this.clock.now() };
  }

  private release(item: QueueItem): void {
    const lane = this.lanes.get(item.lane);
    if (lane) this.lanes.release(lane);
  }
}
