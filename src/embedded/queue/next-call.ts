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
import { SlotStore } from '../store/slot.store.js';
import type { HeldCall, HeldCalls } from './held-calls.js';
import { Lanes, type Lane } from './lanes.js';
import { LimitTree, SUSPECTS, type LimitNode, type Path } from './limit-tree.js';
import { QueuedCalls } from './queued-calls.js';
import { Suspects } from './suspects.js';

/** How many limits one choice may close, so that a turn stays short even if many limits were reached meanwhile. */
const MAX_CLOSED = 100;

/**
 * How long the limit of an app with busy workers stays closed at most, in milliseconds. The limit is stored, but the number
 * of busy workers is not, so after a restart no call's end would open it.
 */
const BUSY_APP_CLOSED_MS = 30_000;

/**
 * Chooses the next call.
 *
 * It looks only at the first call that no closed limit holds. If a limit of that call is reached, it closes the limit until
 * a slot is freed or the limit's time comes. So choosing costs the same with a thousand calls waiting as with a hundred
 * thousand, even if each has another key.
 */
export class NextCall {
  /** The call that {@link take} looked at last. If {@link take} throws, this call is the cause. */
  candidate: QueueItem | undefined;
  private readonly suspects: Suspects;

  constructor(
    private readonly queue: QueueStore,
    private readonly calls: QueuedCalls,
    private readonly lanes: Lanes,
    private readonly tree: LimitTree,
    private readonly limits: LimitStore,
    private readonly slots: SlotStore,
    private readonly flow: FlowStore,
    private readonly functions: FunctionRegistry,
    private readonly presence: AppPresence,
    private readonly capacity: AppCapacity,
    private readonly pauses: FunctionPauses,
    private readonly runs: RunStore,
    private readonly held: HeldCalls,
    private readonly clock: Clock,
  ) {
    this.suspects = new Suspects(queue);
  }

  /** Until when, in steady time, other calls wait for a suspect call; undefined when they do not. */
  get heldUntil(): number | undefined {
    return this.suspects.heldUntil;
  }

  /** See `CallQueue.take`. */
  take(requestId: string): QueueItem | 'later' | undefined {
    const now = this.clock.steady();
    this.candidate = undefined;
    // Every call that may be made must be ready before the first one is chosen.
    if (this.calls.promoteDue(now) || this.tree.openDue(now)) return 'later';
    if (!this.suspects.allowed(now)) return undefined;
    const hasSuspect = this.queue.hasSuspect();
    if (!hasSuspect) this.suspects.noneCanBegin();
    const held = this.firstHeld(now, hasSuspect);
    if (held) return this.startHeld(held, requestId, now);
    // A limit whose time has come may have no call below it but one that was held until now.
    if (this.tree.openDue(now)) return 'later';
    if (hasSuspect && !this.limits.hasOpenCalls()) return undefined;
    const suspect = hasSuspect ? this.first(now, SUSPECTS) : undefined;
    if (suspect && suspect !== 'later' && !this.suspects.mayBegin(suspect, now)) return undefined;
    if (!suspect) this.suspects.noneCanBegin();
    const head = suspect ?? this.first(now);
    return head === undefined || head === 'later' ? head : this.start(head, requestId, now);
  }

  /**
   * The first call that was queued in this transaction, if the queue would choose the same one with all kept slots free.
   * Otherwise no call is held any longer.
   */
  private firstHeld(now: number, hasSuspect: boolean): HeldCall | undefined {
    if (!this.held.areAny) return undefined;
    // Calls that wait for these slots may come first.
    this.held.freeUnused();
    const { first } = this.held;
    const isChosen =
      first !== undefined &&
      // Suspect calls go first, and alone.
      !hasSuspect &&
      this.isBeforeWaiting(first) &&
      this.held.withSlots.every((call) => this.isNotPreceded(call, now)) &&
      (first.hasSlots || this.mayStart(first, now));
    if (isChosen) return first;
    this.held.releaseAll();
    return undefined;
  }

  /** Whether the held call comes before all calls that wait in lanes. Of two new calls, the older one comes first. */
  private isBeforeWaiting({ item, hasSlots }: HeldCall): boolean {
    const lowest = this.tree.lowestScore() ?? Infinity;
    return hasSlots ? item.score <= lowest : item.score < lowest;
  }

  /** Whether no limit and no pause holds the call. */
  private mayStart({ item, lane }: HeldCall, now: number): boolean {
    return (
      this.isStillReady(item) &&
      this.tree.pathTo(lane.limit).every((limit) => !limit.isClosed && !this.isReached(limit, now)) &&
      !(item.kind === 'start' && this.pauses.of(lane.functionId) !== undefined)
    );
  }

  /** Whether none of the calls that wait for the kept slots comes before the call that keeps them, and no limit holds it. */
  private isNotPreceded(call: HeldCall, now: number): boolean {
    const { item, lane } = call;
    if (!this.isStillReady(item)) return false;
    if (call.limits === undefined) {
      const limits = this.tree.pathTo(lane.limit);
      const isPreceded = ({ subject }: SlotNode): boolean =>
        item.score > (this.limits.lowestBelow(subject) ?? Infinity);
      if (limits.filter(isSlot).some(isPreceded)) return false;
      call.limits = limits;
    }
    return call.limits.every((limit) =>
      isSlot(limit) ? !this.isExceeded(limit) : !this.isReached(limit, now),
    );
  }

  /** Whether the call was neither removed nor moved since it was queued. */
  private isStillReady({ id, lane }: QueueItem): boolean {
    const now = this.queue.get(id);
    return now?.state === 'ready' && now.lane === lane;
  }

  /**
   * Whether more calls or runs hold the slot than the limit allows, because it has become lower, or because another function,
   * whose limit for the same slot is higher, has started a call.
   */
  private isExceeded({ kind, subject, capacity }: SlotNode): boolean {
    return this.slots.holders(kind, subject) > capacity;
  }

  /** The first call that no limit holds; `later` when this turn has closed {@link MAX_CLOSED} limits. */
  private first(now: number, root?: typeof SUSPECTS): QueueItem | 'later' | undefined {
    for (let closed = 0; closed < MAX_CLOSED; closed++) {
      const path = this.tree.first(root);
      if (!path) return undefined;
      const head = this.queue.headOf(path.lane);
      if (!head) throw new Error(`Lane ${path.lane} has a head and no ready call.`);
      this.candidate = head;
      if (this.moveBehindPause(head, path)) continue;
      if (!this.closeFirstReached(path, now)) return head;
    }
    return 'later';
  }

  /**
   * Moves the start call of a paused function into a lane below the pause's limit. In its old lane the pause would also hold
   * the calls of runs that have started. Returns whether it was moved.
   */
  private moveBehindPause(head: QueueItem, { limits: [app, next] }: Path): boolean {
    if (head.kind !== 'start' || !app || next?.kind === 'pause') return false;
    const pause = this.pauses.of(app.functionId);
    if (pause?.underWay !== 'finish') return false;
    const run = this.runs.getOrThrow(head.runId);
    if (run.startedAt !== null) return false;
    this.calls.move(head, this.lanes.idFor(run, head.kind, { suspect: head.suspect, isPaused: true }));
    return true;
  }

  /** Closes the outermost limit on the path that has been reached. Returns whether there was one. */
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
    this.enter(lane, head.runId, now);
    return this.calls.setRunning(head, requestId, this.clock.now());
  }

  private startHeld(call: HeldCall, requestId: string, now: number): QueueItem {
    const { item, lane, hasSlots } = call;
    this.candidate = item;
    this.held.use(call);
    if (!hasSlots) this.enter(lane, item.runId, now);
    return this.calls.setRunning(item, requestId, this.clock.now());
  }

  /** Takes the slots, and for a start call the throttle's permit. */
  private enter(lane: Lane, runId: string, now: number): void {
    this.lanes.acquire(lane, runId);
    const fn = this.functions.byId(lane.functionId);
    if (lane.throttleKey === null || !fn?.flow.throttle) return;
    const key = throttleStateId(fn.id, lane.throttleKey);
    this.flow.setArrival(key, throttle(fn.flow.throttle, this.flow.arrival(key), now).state);
  }

  /** Whether no call may pass the limit now; `until` is the time at which to open it again, null if it has none. */
  private isReached(limit: LimitNode, now: number): { until: number | null } | false {
    const { kind, functionId, subject, capacity } = limit;
    if (isSlot(limit)) {
      return isFull({ limit: capacity }, this.slots.holders(limit.kind, subject)) && { until: null };
    }
    const pause = this.pauses.of(functionId);
    if (kind === 'pause') return pause !== undefined && { until: null };
    const fn = this.functions.byId(functionId);
    if (kind === 'app') {
      if (pause?.underWay === 'wait') return { until: null };
      const until = fn && this.presence.awaitedUntil(fn.app.id);
      if (until !== undefined) return { until };
      return (
        fn !== undefined && this.capacity.isFull(fn) && { until: this.clock.steady() + BUSY_APP_CLOSED_MS }
      );
    }
    if (!fn?.flow.throttle) return false;
    const decision = throttle(fn.flow.throttle, this.flow.arrival(subject), now);
    return !decision.allowed && { until: decision.at };
  }
}

type SlotNode = LimitNode & { kind: 'slot' | 'run-slot' };

function isSlot(limit: LimitNode): limit is SlotNode {
  return limit.kind === 'slot' || limit.kind === 'run-slot';
}
