import { Clock } from '../../clock/index.js';
import { isFull, throttle, throttleStateId } from '../flow-control/index.js';
import { AppPresence } from '../functions/app-presence.js';
import type { FunctionPauses } from '../functions/function-pauses.js';
import { AppCapacity } from '../functions/app-capacity.js';
import { FunctionRegistry } from '../functions/function-registry.js';
import { FlowStore } from '../store/flow.store.js';
import { LimitStore } from '../store/limit.store.js';
import type { RunStore } from '../store/run.store.js';
import { QueueStore, type QueueItem } from '../store/queue.store.js';
import { Lanes } from './lanes.js';
import { LimitTree, SUSPECTS, type LimitNode, type Path } from './limit-tree.js';
import { QueuedCalls } from './queued-calls.js';
import { Suspects } from './suspects.js';

/** How many limits one choice may close: a turn of the process must stay short, however many were reached meanwhile. */
const MAX_CLOSED = 100;

/** When a full app is looked at again at the latest, in milliseconds: its room is not stored, and forgotten by a restart. */
const LOOK_AGAIN_MS = 30_000;

/**
 * Chooses the call that is made next.
 *
 * It looks only at the first call that no closed limit holds up; a limit that turns out to be reached is closed until a
 * slot is given back or a time comes that opens it. So choosing costs the same with a thousand and with a hundred thousand
 * waiting, of as many keys.
 */
export class NextCall {
  /** The call that was looked at last: an error of {@link take} is its. */
  candidate: QueueItem | undefined;
  private readonly suspects: Suspects;

  constructor(
    private readonly queue: QueueStore,
    private readonly calls: QueuedCalls,
    private readonly lanes: Lanes,
    private readonly tree: LimitTree,
    private readonly limits: LimitStore,
    private readonly flow: FlowStore,
    private readonly functions: FunctionRegistry,
    private readonly presence: AppPresence,
    private readonly capacity: AppCapacity,
    private readonly pauses: FunctionPauses,
    private readonly runs: RunStore,
    private readonly clock: Clock,
  ) {
    this.suspects = new Suspects(queue);
  }

  /** Until when, in steady time, calls are held back for a suspect one; undefined when none are. */
  get heldUntil(): number | undefined {
    return this.suspects.heldUntil;
  }

  /** As `CallQueue.take` says. */
  take(requestId: string): QueueItem | 'later' | undefined {
    const now = this.clock.steady();
    this.candidate = undefined;
    // All that may be called must be in the choice before the first is chosen.
    if (this.calls.promoteDue(now) || this.tree.openDue(now)) return 'later';
    if (!this.suspects.allowed(now) || !this.limits.hasOpenCalls()) return undefined;
    const suspect = this.queue.hasSuspect() ? this.first(now, SUSPECTS) : undefined;
    if (suspect && suspect !== 'later' && !this.suspects.mayBegin(suspect, now)) return undefined;
    if (!suspect) this.suspects.noneWaits();
    const head = suspect ?? this.first(now);
    return head === undefined || head === 'later' ? head : this.start(head, requestId, now);
  }

  /** The first call that no limit holds up; `later` when very many limits had to be closed. */
  private first(now: number, root?: typeof SUSPECTS): QueueItem | 'later' | undefined {
    for (let closed = 0; closed < MAX_CLOSED; closed++) {
      const path = this.tree.first(root);
      if (!path) return undefined;
      const head = this.queue.headOf(path.lane);
      if (!head) throw new Error(`Lane ${path.lane} has a head and no ready call.`);
      this.candidate = head;
      if (this.setApart(head, path)) continue;
      if (!this.closeFirstReached(path, now)) return head;
    }
    return 'later';
  }

  /**
   * A run of a paused function that has not started goes into a lane of its own kind, which the pause closes: calls of runs
   * that have started are in the same lanes otherwise. Returns whether it was moved.
   */
  private setApart(head: QueueItem, { limits: [app, next] }: Path): boolean {
    if (head.kind !== 'start' || !app || next?.kind === 'pause') return false;
    const pause = this.pauses.of(app.functionId);
    if (pause?.underWay !== 'finish') return false;
    const run = this.runs.getOrThrow(head.runId);
    if (run.startedAt !== null) return false;
    this.calls.move(head, this.lanes.idFor(run, head.kind, { suspect: head.suspect, isPaused: true }));
    return true;
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
    const pause = this.pauses.of(functionId);
    if (kind === 'pause') return pause !== undefined && { until: null };
    const fn = this.functions.byId(functionId);
    if (kind === 'app') {
      if (pause?.underWay === 'wait') return { until: null };
      const until = fn && this.presence.awaitedUntil(fn.app.id);
      if (until !== undefined) return { until };
      return fn !== undefined && this.capacity.isFull(fn) && { until: this.clock.steady() + LOOK_AGAIN_MS };
    }
    if (!fn?.flow.throttle) return false;
    const decision = throttle(fn.flow.throttle, this.flow.arrival(subject), now);
    return !decision.allowed && { until: decision.at };
  }
}
