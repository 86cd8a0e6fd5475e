import { readStoredList } from '../store/stored-json.js';
import { Injectable } from '@nestjs/common';
import { throttleStateId, type ConcurrencySlot } from '../flow-control/index.js';
import { LimitStore } from '../store/limit.store.js';
import type { QueueKind } from '../store/queue.store.js';
import type { Run } from '../store/run.store.js';
import { LimitTree, SUSPECTS, type Limit } from './limit-tree.js';

/**
 * All calls that share every limit: the same function, throttle key and concurrency slots. Only starts are throttled,
 * so they have lanes apart. A lane is a leaf of the tree of limits and costs nothing while one of them is closed.
 */
export interface Lane {
  id: number;
  functionId: string;
  slots: ConcurrencySlot[];
  /** Set on lanes of starts that are throttled. */
  throttleKey: string | null;
  /** The innermost of its limits. */
  limit: number;
}

/** What decides in which lane a run's calls are. */
export type LimitedRun = Pick<Run, 'functionId' | 'slots' | 'throttleKey'>;

/** Which lanes a call is in, apart from the others of the same limits. */
interface LaneKind {
  suspect: boolean;
  isPaused?: boolean;
}

const NEITHER: LaneKind = { suspect: false };

/** The lanes of the queue, and the concurrency slots that their calls and runs hold. */
@Injectable()
export class Lanes {
  constructor(
    private readonly store: LimitStore,
    private readonly tree: LimitTree,
  ) {}

  /**
   * The lane of a call of the run; added when there is none. Only starts take slots for the whole run, and permits.
   * Suspect calls have lanes apart, and so have starts of a paused function.
   */
  idFor(run: LimitedRun, kind: QueueKind, { suspect, isPaused = false }: LaneKind = NEITHER): number {
    const isStart = kind === 'start';
    const slots = isStart ? run.slots : run.slots.filter((slot) => !slot.isHeldByRun);
    return this.laneOf(run.functionId, slots, isStart ? run.throttleKey : null, { suspect, isPaused });
  }

  get(id: number): Lane | undefined {
    const row = this.store.lane(id);
    return (
      row && {
        id: row.id,
        functionId: row.function_id,
        slots: readStoredList<ConcurrencySlot>(row.slots),
        throttleKey: row.throttle_key,
        limit: row.gate,
      }
    );
  }

  /** Stores the score of a lane's first ready call; null when it has none. */
  setHead(id: number, head: number | null): void {
    const lane = this.store.setLaneHead(id, head) ? this.store.lane(id) : undefined;
    if (lane) this.tree.refresh(lane.gate);
  }

  /** Removes a lane without calls. Keyed limits make as many lanes as there are keys. */
  dropIfEmpty(id: number): void {
    const innermost = this.store.removeEmptyLane(id);
    if (innermost !== undefined) this.tree.leave(innermost);
  }

  /** A call of the run begins. */
  acquire({ slots }: Pick<Lane, 'slots'>, runId: string): void {
    for (const { id, isHeldByRun } of slots) {
      if (isHeldByRun) this.store.holdForRun(id, runId);
      else this.store.acquireSlot(id);
    }
  }

  /** A call of the lane has ended. */
  release({ slots }: Pick<Lane, 'slots'>): void {
    for (const { id, isHeldByRun } of slots) {
      if (isHeldByRun) continue;
      this.store.releaseSlot(id);
      this.tree.openSlot('slot', id, this.store.usedSlots(id));
    }
  }

  /** The run has ended. Returns whether it held slots. */
  releaseRun(runId: string): boolean {
    const released = this.store.releaseRun(runId);
    for (const id of released) this.tree.openSlot('run-slot', id, this.store.runsHolding(id));
    return released.length > 0;
  }

  /**
   * After a restart no call is under way, so no call holds a slot. Runs hold theirs. Clears up to `limit`; returns
   * whether there may be more.
   */
  clearSlots(limit: number): boolean {
    return this.store.clearSlots(limit) === limit || this.tree.openSomeSlots();
  }

  private laneOf(
    functionId: string,
    slots: ConcurrencySlot[],
    throttleKey: string | null,
    { suspect, isPaused }: Required<LaneKind>,
  ): number {
    const limits = JSON.stringify([
      functionId,
      throttleKey,
      ...slots.flatMap(({ id, limit }) => [id, limit]),
    ]);
    const key = `${suspect ? 'suspect ' : ''}${isPaused ? 'paused ' : ''}${limits}`;
    const known = this.store.laneByKey(key);
    if (known !== undefined) return known;
    return this.store.insertLane(key, {
      function_id: functionId,
      slots: JSON.stringify(slots),
      throttle_key: throttleKey,
      gate: this.tree.enter(
        functionId,
        limitsOf(functionId, slots, throttleKey),
        suspect ? SUSPECTS : undefined,
        isPaused,
      ),
    });
  }
}

function limitsOf(
  functionId: string,
  slots: readonly ConcurrencySlot[],
  throttleKey: string | null,
): Limit[] {
  const limits = slots.map(({ id, limit, isHeldByRun }): Limit => ({
    kind: isHeldByRun ? 'run-slot' : 'slot',
    subject: id,
    capacity: limit,
  }));
  if (throttleKey !== null) {
    limits.push({ kind: 'throttle', subject: throttleStateId(functionId, throttleKey), capacity: 0 });
  }
  return limits;
}
