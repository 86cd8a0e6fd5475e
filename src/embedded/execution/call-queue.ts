import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { AppPresence } from '../apps/app-presence.js';
import { FunctionRegistry } from '../apps/function-registry.js';
import {
  concurrencyReason,
  delayedReason,
  fullSlot,
  queuePosition,
  throttle,
  throttledReason,
  throttleStateId,
} from '../flow-control/index.js';
import { Ids } from '../ids.js';
import { Bell } from './bell.js';
import { FlowStore } from '../store/flow.store.js';
import { LaneStore, type Lane } from '../store/lane.store.js';
import { QueueStore, type QueueItem } from '../store/queue.store.js';
import { RunStore, type Run } from '../store/run.store.js';

/**
 * The calls that are to be made, in the order in which flow control lets them.
 *
 * A call belongs to a lane, the calls that share all of its limits. {@link take} looks only at the first call of the
 * best lane that nothing holds up; a lane that meets a limit is put aside until a slot or a moment frees it. So
 * choosing the next call costs the same with a thousand and with a hundred thousand waiting.
 */
@Injectable()
export class CallQueue {
  constructor(
    private readonly queue: QueueStore,
    private readonly lanes: LaneStore,
    private readonly flow: FlowStore,
    private readonly runs: RunStore,
    private readonly functions: FunctionRegistry,
    private readonly presence: AppPresence,
    private readonly clock: Clock,
    private readonly ids: Ids,
    private readonly bell: Bell,
  ) {}

  /** The first call of a run. It alone is throttled. */
  enqueueStart(run: Run): void {
    this.enqueue(run, { kind: 'start', stepId: null, parallel: false });
  }

  /** A call that lets the function find its next step. */
  enqueueContinue(run: Run): void {
    this.enqueue(run, { kind: 'continue', stepId: null, parallel: false });
  }

  /** A call that runs one planned step; `parallel` when it was planned beside others. */
  enqueueStep(run: Run, stepId: string, parallel: boolean): void {
    this.enqueue(run, { kind: 'step', stepId, parallel });
  }

  /** The next call that may be made now, with its slots taken and, for a start, its throttle's permit. */
  take(requestId: string): QueueItem | undefined {
    const now = this.clock.now();
    this.queue.promoteDue(now);
    this.lanes.wakeUntil(now);
    for (;;) {
      const lane = this.lanes.firstOpen();
      if (!lane) return undefined;
      const head = this.queue.headOf(lane.id);
      if (!head) throw new Error(`Lane ${lane.id} says it has calls, and has none.`);
      if (this.isHeldUp(lane, now)) continue;
      this.lanes.acquireSlots(lane.slots);
      return this.queue.setRunning(head, requestId, now);
    }
  }

  /** The call of this id, if it is still the one under way. */
  current(id: string, generation: number): QueueItem | undefined {
    const item = this.queue.get(id);
    return item?.state === 'running' && item.generation === generation ? item : undefined;
  }

  /** Ends a call that was taken: its slots are free again. */
  finish(item: QueueItem): void {
    this.release(item);
    this.queue.remove(item.id);
  }

  /** Ends a call that was taken and puts it back, to be made again as `attempt` at the moment `at`. */
  retry(item: QueueItem, run: Run, attempt: number, at: number): void {
    this.release(item);
    const lane = this.lanes.idFor(run.functionId, run.slots, null);
    this.queue.requeue(item.id, { lane, attempt, at, score: at, now: this.clock.now() });
    this.bell.ring();
  }

  /** Takes back what a run still had waiting. Calls under way end by themselves. */
  removeWaiting(runId: string): void {
    for (const item of this.queue.ofRun(runId)) {
      if (item.state !== 'running') this.queue.remove(item.id);
    }
  }

  /** Whether a call of the run that would find its next step is waiting already. */
  hasWaitingContinue(runId: string): boolean {
    return this.queue.ofRun(runId).some((item) => item.kind !== 'step' && item.state !== 'running');
  }

  /** After a restart: calls that were under way are made again; nobody knows how far they got. */
  recover(): void {
    const now = this.clock.now();
    this.lanes.clearSlots();
    for (const item of this.queue.running()) {
      const run = this.runs.mustGet(item.runId);
      // Their throttle permits are used: they go on, they do not start again.
      const lane = this.lanes.idFor(run.functionId, run.slots, null);
      this.queue.requeue(item.id, { lane, attempt: item.attempt, at: now, score: item.score, now });
    }
  }

  private enqueue(run: Run, call: Pick<QueueItem, 'kind' | 'stepId' | 'parallel'>): void {
    const now = this.clock.now();
    // As read in Inngest's source, every call of a run stands where the run itself was queued, so that what has begun
    // comes before what has not; and, as measured, a negative priority delays every call anew.
    const { score } = queuePosition(run.queuedAt, run.priority);
    const { earliest } = queuePosition(now, run.priority);
    const throttleKey = call.kind === 'start' ? run.throttleKey : null;
    this.queue.insert(
      {
        ...call,
        id: this.ids.job(),
        runId: run.id,
        lane: this.lanes.idFor(run.functionId, run.slots, throttleKey),
        attempt: 0,
        generation: 0,
        at: earliest,
        score,
        queuedAt: now,
      },
      earliest <= now,
    );
    this.bell.ring();
  }

  private release(item: QueueItem): void {
    const lane = this.lanes.get(item.lane);
    if (!lane) return;
    this.lanes.releaseSlots(lane.slots);
    for (const slot of lane.slots) this.lanes.wakeFor(slot.id);
  }

  private isHeldUp(lane: Lane, now: number): boolean {
    const fn = this.functions.byId(lane.functionId);
    const absentUntil = fn && this.presence.awaitedUntil(fn.app.id);
    if (absentUntil !== undefined) {
      this.holdUp(lane, { at: absentUntil });
      return true;
    }
    const full = fullSlot(lane.slots, (id) => this.lanes.usedSlots(id));
    if (full) {
      this.holdUp(lane, { slot: full.id });
      return true;
    }
    if (lane.throttleKey === null || !fn?.flow.throttle) return false;
    const key = throttleStateId(fn.id, lane.throttleKey);
    const decision = throttle(fn.flow.throttle, this.flow.arrival(key), now);
    if (decision.allowed) {
      this.flow.setArrival(key, decision.state);
      return false;
    }
    this.holdUp(lane, { at: decision.at });
    return true;
  }

  /** What this lane was woken for may serve another that waits for the same slot. */
  private holdUp(lane: Lane, until: { slot: string } | { at: number }): void {
    this.lanes.hold(lane.id, until);
    for (const slot of lane.slots) {
      if (this.lanes.usedSlots(slot.id) < slot.limit) this.lanes.wakeFor(slot.id);
    }
  }
}

/** Why a call of a run has not been made yet, for people; undefined when nothing holds it up. */
export function describeWait(lanes: LaneStore, item: QueueItem, now: number): string | undefined {
  if (item.state === 'delayed') {
    if (item.attempt > 0) return `waiting for its retry until ${new Date(item.at).toISOString()}`;
    return delayedReason({ score: item.score, earliest: item.at });
  }
  const lane = lanes.get(item.lane);
  if (!lane || item.state === 'running') return undefined;
  if (lane.waitingUntil !== null && lane.waitingUntil > now) {
    // Only starts are throttled.
    if (lane.throttleKey !== null) return throttledReason(lane.waitingUntil);
    return `waiting for its app to come back, until ${new Date(lane.waitingUntil).toISOString()}`;
  }
  const slot = lane.slots.find(({ id }) => id === lane.waitingFor);
  return slot && concurrencyReason(slot, lanes.usedSlots(slot.id));
}
