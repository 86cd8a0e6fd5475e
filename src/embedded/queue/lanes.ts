import { readStoredList } from '../store/stored-json.js';
import { Injectable } from '@nestjs/common';
import { throttleStateId, type ConcurrencySlot } from '../flow-control/index.js';
import { Database } from '../store/database.js';
import { LimitStore } from '../store/limit.store.js';
import { SlotStore } from '../store/slot.store.js';
import type { QueueKind } from '../store/queue.store.js';
import type { Run } from '../store/run.store.js';
import { LimitTree, SUSPECTS, type Limit } from './limit-tree.js';

/**
 * The calls that share all limits: the same function, throttle key and concurrency slots. Start calls have separate lanes,
 * because only they are throttled. A lane is a leaf of the tree of limits; while a limit above it is closed, it costs no
 * work.
 */
export interface Lane {
  id: number;
  functionId: string;
  slots: ConcurrencySlot[];
  /** Set for lanes of throttled start calls only. */
  throttleKey: string | null;
  /** The id of its innermost limit. */
  limit: number;
}

/** The parts of a run that determine the lanes of its calls. */
export type LimitedRun = Pick<Run, 'functionId' | 'slots' | 'throttleKey'>;

/** Suspect calls, and starts of paused functions, are in separate lanes of the same limits. */
interface LaneKind {
  suspect: boolean;
  isPaused?: boolean;
}

const ORDINARY: LaneKind = { suspect: false };

/** The lanes of the queue, and the concurrency slots that their calls and runs hold. */
@Injectable()
export class Lanes {
  /** The only lane of each function, by the function's id. It stays without calls until the function needs another one. */
  private readonly kept = new Map<string, readonly number[]>();

  constructor(
    private readonly db: Database,
    private readonly store: LimitStore,
    private readonly slots: SlotStore,
    private readonly tree: LimitTree,
  ) {}

  /**
   * The id of the lane for a call of the run. Adds the lane if it does not exist. Only start calls take slots for the whole
   * run and permits of a throttle. Suspect calls and starts of a paused function have separate lanes.
   */
  idFor(run: LimitedRun, kind: QueueKind, { suspect, isPaused = false }: LaneKind = ORDINARY): number {
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

  /** The lowest score among the ready calls of the lane, as it was stored last; null when there is none. */
  head(id: number): number | null {
    return this.store.lane(id)?.head ?? null;
  }

  /** Stores the score of the lane's first ready call; null when no call is ready. */
  setHead(id: number, head: number | null): void {
    const lane = this.store.setLaneHead(id, head) ? this.store.lane(id) : undefined;
    if (lane) this.tree.refresh(lane.gate, { head });
  }

  /**
   * Removes the lane if it has no calls: limits with a key make a lane for each key, so empty ones would pile up. It does so
   * at the end of the transaction, because most answers that end a call queue the next one for the same lane. That saves six
   * statements a call, and a fifth of the time of its commits.
   *
   * The only lane of a function stays until the function needs another one. If its limits have no keys, each run uses the
   * same lane, which saves six to nine statements.
   */
  dropIfEmpty(id: number): void {
    this.db.beforeCommit(() => {
      const lane = this.store.lane(id);
      if (!lane) return;
      if (this.tree.isOnlyLane(lane.gate)) this.kept.set(lane.function_id, [id]);
      else this.drop(id);
    });
  }

  /** Removes the lane without calls that a function keeps, because the function was removed or needs another lane. */
  dropKept(functionId: string): void {
    // After a start it is not known which lanes are kept.
    const kept = this.kept.get(functionId) ?? this.store.emptyLanes(functionId);
    this.db.beforeCommit(() => {
      for (const id of kept) this.drop(id);
    });
    this.db.afterCommit(() => {
      const left = this.kept.get(functionId) ?? [];
      this.kept.set(
        functionId,
        left.filter((id) => !kept.includes(id)),
      );
    });
  }

  /** Takes the slots for a call of the run that begins. */
  acquire({ slots }: Pick<Lane, 'slots'>, runId: string): void {
    for (const { id, isHeldByRun } of slots) {
      if (isHeldByRun) this.slots.holdForRun(id, runId);
      else this.slots.acquire(id);
    }
  }

  /** Frees the slots of a call of the lane that has ended. Slots that the run holds stay taken. */
  release({ slots }: Pick<Lane, 'slots'>): void {
    for (const { id, isHeldByRun } of slots) {
      if (isHeldByRun) continue;
      this.slots.release(id);
      this.tree.openSlot('slot', id, this.slots.callsHolding(id));
    }
  }

  /** Frees the slots that a run held. Returns whether it held any. */
  releaseRun(runId: string): boolean {
    const released = this.slots.releaseRun(runId);
    for (const id of released) this.tree.openSlot('run-slot', id, this.slots.runsHolding(id));
    return released.length > 0;
  }

  /**
   * Opens some of the limits that calls had filled before a restart: no call is under way. Runs keep their slots. Returns
   * whether there may be more.
   */
  openSlots(): boolean {
    return this.tree.openSomeSlots();
  }

  private drop(id: number): void {
    const innermost = this.store.removeEmptyLane(id);
    if (innermost !== undefined) this.tree.leave(innermost);
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
    const root = suspect ? SUSPECTS : undefined;
    const gate = this.tree.enter(functionId, limitsOf(functionId, slots, throttleKey), root, isPaused);
    if (!suspect && !isPaused) this.dropKeptBeside(functionId, gate);
    return this.store.insertLane(key, {
      function_id: functionId,
      slots: JSON.stringify(slots),
      throttle_key: throttleKey,
      gate,
    });
  }

  /** Removes the lane that the function keeps, because it gets another one below this limit. */
  private dropKeptBeside(functionId: string, gate: number): void {
    const others = this.tree.lanesOfFunction(gate) - 1;
    if (others > 0 && (others === 1 || this.kept.has(functionId))) this.dropKept(functionId);
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
