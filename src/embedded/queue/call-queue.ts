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
import { FlowStore } from '../store/flow.store.js';
import { Ids } from '../store/ids.js';
import { LimitStore } from '../store/limit.store.js';
import { QueueStore, type QueueItem, type Suspicion } from '../store/queue.store.js';
import { RunStore, type Run } from '../store/run.store.js';
import { Lanes } from './lanes.js';
import { LimitTree } from './limit-tree.js';
import { NextCall } from './next-call.js';
import { QueueRecovery } from './queue-recovery.js';
import { QueuedCalls } from './queued-calls.js';

/** Calls that may be under way at once, over all functions: as many workers as the real server has. */
export const MAX_CALLS = 100;

/**
 * The calls that are to be made, in the order in which flow control lets them.
 *
 * A call belongs to a lane, a leaf of the tree of limits. NextCall chooses among them.
 */
@Injectable()
export class CallQueue {
  private readonly logger = new Logger('Inngest');
  private readonly next: NextCall;
  private readonly recovery: QueueRecovery;

  constructor(
    private readonly queue: QueueStore,
    private readonly calls: QueuedCalls,
    private readonly lanes: Lanes,
    tree: LimitTree,
    limits: LimitStore,
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
    this.next = new NextCall(
      queue,
      calls,
      lanes,
      tree,
      limits,
      flow,
      functions,
      presence,
      capacity,
      pauses,
      runs,
      clock,
    );
    this.recovery = new QueueRecovery(queue, calls, lanes, runs, clock);
  }

  /** Until when, in steady time, calls are held back for a suspect one; undefined when none are. */
  get heldUntil(): number | undefined {
    return this.next.heldUntil;
  }

  /**
   * The first call of a run. It alone is throttled.
   *
   * @param stepId the step that it runs, when the run repeats another one from there
   */
  enqueueStart(run: Run, stepId: string | null = null): void {
    this.enqueue(run, { kind: 'start', stepId, parallel: false });
  }

  /**
   * A call that lets the function find its next step.
   *
   * @param parallel whether the app is to plan the steps that it finds
   */
  enqueueContinue(run: Run, parallel = false): void {
    this.enqueue(run, { kind: 'continue', stepId: null, parallel });
  }

  /** A call that runs one planned step. */
  enqueueStep(run: Run, stepId: string): void {
    this.enqueue(run, { kind: 'step', stepId, parallel: false });
  }

  /**
   * The next call that may be made now, with its slots taken and, for a start, its throttle's permit; undefined when
   * there is none, and `later` when there may be one, to be asked for in another turn.
   * After an error of this server {@link putOffCandidate} tells what to do.
   */
  take(requestId: string): QueueItem | 'later' | undefined {
    return this.next.take(requestId);
  }

  /**
   * The call of this id, if it is still the one under way.
   *
   * @param generation undefined when its app does not say which of the calls it was
   */
  current(id: string, generation: number | undefined): QueueItem | undefined {
    const item = this.queue.get(id);
    if (item?.state !== 'running') return undefined;
    return generation === undefined || item.generation === generation ? item : undefined;
  }

  /** Whether the call was put back, or was made again, since it was taken as this generation. */
  wasPutBack(id: string, generation: number): boolean {
    const item = this.queue.get(id);
    return item !== undefined && (item.state !== 'running' || item.generation > generation);
  }

  /** Ends a call that was taken: its slots are free again. */
  finish(item: QueueItem): void {
    this.release(item);
    this.calls.remove(item.id);
  }

  /**
   * Ends a call that was taken and puts it back, to be made again as `attempt`.
   *
   * @param wallTime what the wall clock will show then, if nobody sets it meanwhile
   * @param suspicion none unless given: whoever ends a call has not ended the process
   */
  retry(item: QueueItem, run: Run, attempt: number, wallTime: number, suspicion?: Suspicion): void {
    this.release(item);
    const at = this.clock.toSteady(wallTime);
    const lane = this.lanes.idFor(run, 'continue', suspicion);
    this.calls.requeue(item, { lane, attempt, at, score: at, ...this.times(), suspicion });
    this.wakeup.afterCommit();
  }

  /** Ends a call that has done a step of a paused function: the next call of its run waits for the end of the pause. */
  waitAfterStep(item: QueueItem): void {
    const run = this.runs.getOrThrow(item.runId);
    this.release(item);
    const times = this.times();
    const lane = this.lanes.idFor(run, 'continue');
    this.calls.requeue(item, { lane, attempt: 0, at: times.now, score: item.score, ...times });
    // The slots that it held are free for calls of other functions.
    this.wakeup.afterCommit();
  }

  /** A step of the call that is under way is done, and the call goes on with another: nothing is held against that one. */
  beginStep(item: QueueItem): void {
    if (item.attempt === 0 && !item.suspect) return;
    this.queue.beginStep(item.id);
    this.wakeup.afterCommit();
  }

  /**
   * Puts a call back that was taken and has no end, because this server failed with it: the same attempt is made again,
   * later after every error, and set aside after too many.
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

  /** Puts a call back that was taken and not made, because its app has no room: the same attempt is made when it has. */
  returnUnmade(item: QueueItem): void {
    const current = this.current(item.id, item.generation);
    if (!current) return;
    this.release(current);
    // A start has passed its throttle.
    const lane = this.lanes.idFor(this.runs.getOrThrow(current.runId), 'continue', current);
    const { attempt, score } = current;
    const times = this.times();
    this.calls.requeue(current, { lane, attempt, at: times.now, score, ...times, suspicion: current });
    this.wakeup.afterCommit();
  }

  /**
   * Puts off the call with which {@link take} failed, so that the others go on.
   *
   * @returns false when it did not fail with a call
   */
  putOffCandidate(error: unknown): boolean {
    const item = this.next.candidate && this.queue.get(this.next.candidate.id);
    // The transaction that failed may have been the one that made it ready.
    if (item?.state !== 'ready' && item?.state !== 'delayed') return false;
    const delay = delayAfter(item.failures + 1);
    if (delay === undefined) this.setAside(item, error);
    else this.calls.delay(item, { at: this.clock.steady() + delay, error: describeError(error) });
    return true;
  }

  /**
   * Makes calls again that are stored as running and that nobody makes: their end could not be stored.
   *
   * @param isUnderWay whether this process is making the call
   * @returns how many there were
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

  /** A run has ended: takes back what it still had waiting, and its slots. Calls under way end by themselves. */
  endRun(runId: string): void {
    for (const item of this.queue.ofRun(runId)) {
      if (item.state !== 'running') this.calls.remove(item.id);
    }
    if (this.lanes.releaseRun(runId)) this.wakeup.afterCommit();
  }

  /** Whether no call of the run is waiting or under way. */
  isIdle(runId: string): boolean {
    return this.queue.ofRun(runId).length === 0;
  }

  /** Whether a call that runs this planned step is waiting or under way. */
  hasCallOf(runId: string, stepId: string): boolean {
    return this.queue.ofRun(runId).some((item) => item.stepId === stepId);
  }

  /** Whether a call of the run that would find its next step is waiting already. */
  hasWaitingContinue(runId: string): boolean {
    return this.queue
      .ofRun(runId)
      .some((item) => item.kind !== 'step' && item.state !== 'running' && item.state !== 'set-aside');
  }

  /**
   * After a restart and before the first call: calls that were under way are made again, since it is unknown how far they
   * got, and so are those that were set aside. Deals with a bounded number of rows.
   *
   * @param areSuspect whether those under way are to be made again one at a time: one of them may have ended the process
   * @returns whether there may be more
   */
  recover(areSuspect = false): boolean {
    return this.recovery.piece(areSuspect);
  }

  private enqueue(run: Run, call: Pick<QueueItem, 'kind' | 'stepId' | 'parallel'>): void {
    const { now, queuedAt } = this.times();
    // As read in Inngest's source, every call of a run stands where the run itself was queued, so that what has begun
    // comes before what has not; and, as measured, a negative priority delays every call anew. A run from before the
    // wall clock was put back was not queued later than now.
    const { score } = queuePosition(Math.min(this.clock.toSteady(run.queuedAt), now), run.priority);
    const { earliest } = queuePosition(now, run.priority);
    this.calls.insert(
      {
        ...call,
        id: this.ids.job(),
        runId: run.id,
        lane: this.lanes.idFor(run, call.kind),
        attempt: 0,
        generation: 0,
        at: earliest,
        score,
        queuedAt,
      },
      earliest <= now,
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

  /** The steady time, and what the wall clock shows. */
  private times(): { now: number; queuedAt: number } {
    return { now: this.clock.steady(), queuedAt: this.clock.now() };
  }

  private release(item: QueueItem): void {
    const lane = this.lanes.get(item.lane);
    if (lane) this.lanes.release(lane);
  }
}
