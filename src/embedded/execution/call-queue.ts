import { Injectable } from '@nestjs/common';
import { Clock } from '../../clock/index.js';
import { AppPresence } from '../apps/app-presence.js';
import { FunctionRegistry } from '../apps/function-registry.js';
import { isFull, queuePosition, throttle, throttleStateId } from '../flow-control/index.js';
import { Ids } from '../ids.js';
import { Bell } from './bell.js';
import { FlowStore } from '../store/flow.store.js';
import { GateStore, type Gate, type Way } from '../store/gate.store.js';
import { LaneStore } from '../store/lane.store.js';
import { QueueStore, type QueueItem } from '../store/queue.store.js';
import { RunStore, type Run } from '../store/run.store.js';

/** How many gates one choice may find shut: a turn of the process must stay short, whatever became shut meanwhile. */
const MOST_SHUT = 100;

/**
 * The calls that are to be made, in the order in which flow control lets them.
 *
 * A call belongs to a lane, the calls that share all of its limits, and lanes lie behind gates, a limit each.
 * {@link take} looks only at the first call that no closed gate holds up; a gate that turns out to be shut is closed
 * until a slot or a moment opens it. So choosing the next call costs the same with a thousand and with a hundred
 * thousand waiting, of as many keys.
 */
@Injectable()
export class CallQueue {
  constructor(
    private readonly queue: QueueStore,
    private readonly lanes: LaneStore,
    private readonly gates: GateStore,
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

  /**
   * The next call that may be made now, with its slots taken and, for a start, its throttle's permit; undefined when
   * there is none, and `later` when there may be one, to be asked for in another turn.
   */
  take(requestId: string): QueueItem | 'later' | undefined {
    const now = this.clock.now();
    this.queue.promoteDue(now);
    this.gates.openDue(now);
    for (let shut = 0; shut < MOST_SHUT; shut++) {
      const way = this.gates.first();
      if (!way) return undefined;
      if (!this.closeFirstShut(way, now)) return this.start(way.lane, requestId, now);
    }
    return 'later';
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
    this.placeItems();
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
  }

  /** The calls of a file from before there were gates are in no lane. */
  private placeItems(): void {
    for (const item of this.queue.withoutLane()) {
      const { functionId, slots, throttleKey } = this.runs.mustGet(item.runId);
      this.queue.move(item, this.lanes.idFor(functionId, slots, item.kind === 'start' ? throttleKey : null));
    }
  }

  /** Closes the outermost gate on the way that is shut. Returns whether there was one. */
  private closeFirstShut({ gates }: Way, now: number): boolean {
    for (const gate of gates) {
      const shut = this.isShut(gate, now);
      if (!shut) continue;
      this.gates.close(gate.id, shut.until);
      return true;
    }
    return false;
  }

  private start(laneId: number, requestId: string, now: number): QueueItem {
    const lane = this.lanes.get(laneId);
    const head = this.queue.headOf(laneId);
    if (!lane || !head) throw new Error(`Lane ${laneId} says it has calls, and has none.`);
    this.lanes.acquireSlots(lane.slots);
    const fn = this.functions.byId(lane.functionId);
    if (lane.throttleKey !== null && fn?.flow.throttle) {
      const key = throttleStateId(fn.id, lane.throttleKey);
      this.flow.setArrival(key, throttle(fn.flow.throttle, this.flow.arrival(key), now).state);
    }
    return this.queue.setRunning(head, requestId, now);
  }

  /** Whether no call may pass the gate now, and the moment to ask again, if that is known. */
  private isShut(
    { kind, functionId, subject, capacity }: Gate,
    now: number,
  ): { until: number | null } | false {
    if (kind === 'slot') return isFull({ limit: capacity }, this.lanes.usedSlots(subject)) && { until: null };
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
