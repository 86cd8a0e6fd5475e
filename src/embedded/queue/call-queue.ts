import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { stackOf } from '../../common/error-text.js';
import { delayAfter, describeError } from '../faults/retry-later.js';
import { isFull, queuePosition, throttle, throttleStateId } from '../flow-control/index.js';
import { AppPresence } from '../functions/app-presence.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { Wakeup } from '../notices/notices.js';
import { FlowStore } from '../store/flow.store.js';
import { Ids } from '../store/ids.js';
import { LimitStore } from '../store/limit.store.js';
import { QueueStore, type QueueItem, type Suspicion } from '../store/queue.store.js';
import { RunStore, type Run } from '../store/run.store.js';
import { Lanes } from './lanes.js';
import { LimitTree, SUSPECTS, type LimitNode, type Path } from './limit-tree.js';
import { QueueRecovery } from './queue-recovery.js';
import { QueuedCalls } from './queued-calls.js';
import { Suspects } from './suspects.js';

/** Calls that may be under way at once, over all functions: as many workers as the real server has. */
export const MAX_CALLS = 100;

/** How many limits one choice may close: a turn of the process must stay short, however many were reached meanwhile. */
const MAX_CLOSED = 100;

/**
 * The calls that are to be made, in the order in which flow control lets them.
 *
 * A call belongs to a lane, a leaf of the tree of limits. {@link take} looks only at the first call that no closed limit
 * holds up; a limit that turns out to be reached is closed until a slot is given back or a time comes that opens it.
 * So choosing the next call costs the same with a thousand and with a hundred thousand waiting, of as many keys.
 */
@Injectable()
export class CallQueue {
  private readonly logger = new Logger('Inngest');
  /** The call that was looked at last: an error is its. */
  private candidate: QueueItem | undefined;
  private readonly suspects: Suspects;
  private readonly recovery: QueueRecovery;

  constructor(
    private readonly queue: QueueStore,
    private readonly calls: QueuedCalls,
    private readonly lanes: Lanes,
    private readonly tree: LimitTree,
    private readonly limits: LimitStore,
    private readonly flow: FlowStore,
    private readonly runs: RunStore,
    private readonly functions: FunctionRegistry,
    private readonly presence: AppPresence,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly wakeup: Wakeup,
  ) {
    this.suspects = new Suspects(queue);
    this.recovery = new QueueRecovery(queue, calls, lanes, runs, clock);
  }

  /** Until when, in steady time, calls are held back for a suspect one; undefined when none are. */
  get heldUntil(): number | undefined {
    return this.suspects.heldUntil;
  }

  /** The first call of a run. It alone is throttled. */
  enqueueStart(run: Run): void {
    this.enqueue(run, { kind: 'start', stepId: null, parallel: false });
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
    const now = this.clock.steady();
    this.candidate = undefined;
    // All that may be called must be in the choice before the first is chosen.
    if (this.calls.promoteDue(now) || this.tree.openDue(now)) return 'later';
    const allowed = this.suspects.allowed(now);
    if (allowed === 'none') return undefined;
    const suspect = allowed === 'any' ? this.first(now, SUSPECTS) : undefined;
    if (suspect && suspect !== 'later' && !this.suspects.mayBegin(suspect, now)) return undefined;
    if (!suspect) this.suspects.noneWaits();
    const head = suspect ?? this.first(now);
    return head === undefined || head === 'later' ? head : this.start(head, requestId, now);
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
    const run = this.runs.mustGet(current.runId);
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

  /**
   * Puts off the call with which {@link take} failed, so that the others go on.
   *
   * @returns false when it did not fail with a call
   */
  putOffCandidate(error: unknown): boolean {
    const item = this.candidate && this.queue.get(this.candidate.id);
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
      const lane = this.lanes.idFor(this.runs.mustGet(item.runId), 'continue');
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

  /** The first call that no limit holds up; `later` when very many limits had to be closed. */
  private first(now: number, root?: typeof SUSPECTS): QueueItem | 'later' | undefined {
    for (let closed = 0; closed < MAX_CLOSED; closed++) {
      const path = this.tree.first(root);
      if (!path) return undefined;
      const head = this.queue.headOf(path.lane);
      if (!head) throw new Error(`Lane ${path.lane} has a head and no ready call.`);
      this.candidate = head;
      if (!this.closeFirstReached(path, now)) return head;
    }
    return 'later';
  }

  /** Closes the outermost limit on the path that is reached. Returns whether there was one. */
  private closeFirstReached({ limits }: Path, now: number): boolean {
    for (const limit of limits) {
      const reached = this.isReached(limit, now);
      if (!reached) continue;
      this.tree.close(limit.id, reached.until);
      return true;
    }
    return false;
  }

  private start(head: QueueItem, requestId: string, now: number): QueueItem {
    const lane = this.lanes.get(head.lane);
    if (!lane) throw new Error(`Lane ${head.lane} is not stored.`);
    this.lanes.acquire(lane, head.runId);
    const fn = this.functions.byId(lane.functionId);
    if (lane.throttleKey !== null && fn?.flow.throttle) {
      const key = throttleStateId(fn.id, lane.throttleKey);
      this.flow.setArrival(key, throttle(fn.flow.throttle, this.flow.arrival(key), now).state);
    }
    return this.calls.setRunning(head, requestId, this.clock.now());
  }

  /** Whether no call may pass the limit now, and the time to ask again, if that can be told. */
  private isReached(
    { kind, functionId, subject, capacity }: LimitNode,
    now: number,
  ): { until: number | null } | false {
    if (kind === 'slot' || kind === 'run-slot') {
      return isFull({ limit: capacity }, this.limits.holders(kind, subject)) && { until: null };
    }
    const fn = this.functions.byId(functionId);
    if (kind === 'app') {
      const until = fn && this.presence.awaitedUntil(fn.app.id);
      return until !== undefined && { until };
    }
    if (!fn?.flow.throttle) return false;
    const decision = throttle(fn.flow.throttle, this.flow.arrival(subject), now);
    return !decision.allowed && { until: decision.at };
  }
}
