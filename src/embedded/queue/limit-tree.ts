import { Injectable } from '@nestjs/common';
import { LimitStore, ROOTS, type LimitKind, type LimitRow } from '../store/limit.store.js';

/** A limit that applies to a call. */
export interface Limit {
  kind: LimitKind;
  /** The id of the function, of the slot or of the throttle's state. */
  subject: string;
  /** How many calls may hold the slot; 0 for other kinds. */
  capacity: number;
}

/** A limit as a node of the tree. */
export interface LimitNode extends Limit {
  id: number;
  functionId: string;
  isClosed: boolean;
  /** When a closed limit opens, in milliseconds of steady time; null for slots, which open when a call frees one. */
  until: number | null;
}

/** From the outermost limit to a lane. */
export interface Path {
  limits: LimitNode[];
  lane: number;
}

/** How many limits one turn opens at most, so that it stays short. */
const MAX_OPENED_PER_TURN = 100;

/** The id of the root, the parent of the outermost limits. */
const ROOT: number = ROOTS.ordinary;
/** The id of the root of a second tree, which holds the suspect calls: they are chosen separately. */
export const SUSPECTS: number = ROOTS.suspect;
/** Limits have ids greater than those of both roots. */
const isLimit = (id: number): boolean => id > ROOT;

/**
 * Limits form a tree. A lane (leaf) holds the calls that share the same limits; each node caches the lowest score among
 * its open children, so picking the next call is one descent. Closing a limit excludes every lane below it with one write,
 * whether that is one lane or a hundred thousand.
 *
 * The limits that most lanes share are outermost. The same limit may still have several nodes, for example if two limits
 * have independent keys, but no more than about the square root of the number of lanes.
 */
@Injectable()
export class LimitTree {
  constructor(private readonly store: LimitStore) {}

  /**
   * Adds a lane of the function below these limits. Returns the id of the innermost limit.
   *
   * @param isPaused whether the calls of the lane wait for the end of a pause
   */
  enter(functionId: string, limits: readonly Limit[], root = ROOT, isPaused = false): number {
    const app: Limit = { kind: 'app', subject: functionId, capacity: 0 };
    const pause: Limit = { kind: 'pause', subject: functionId, capacity: 0 };
    return [app, ...(isPaused ? [pause] : []), ...this.mostSharedFirst(limits)].reduce(
      (parent, limit) => this.enterOne(parent, functionId, limit),
      root,
    );
  }

  /** Removes a lane from below its innermost limit, and removes the limits that have no lane any more. */
  leave(innermost: number): void {
    for (let id: number | undefined = innermost; id !== undefined && isLimit(id);) {
      const parent: number | undefined = this.store.limit(id)?.parent;
      this.store.dropLane(id);
      id = parent;
    }
  }

  /** The number of lanes of the function to which the innermost limit of a lane belongs. */
  lanesOfFunction(innermost: number): number {
    let row = this.row(innermost);
    while (isLimit(row.parent)) row = this.row(row.parent);
    return row.lanes;
  }

  /**
   * Whether the lane whose innermost limit is given is the only one of its function. Lanes of suspect calls, and of starts
   * that a pause holds, never are.
   */
  isOnlyLane(innermost: number): boolean {
    for (let id = innermost; ;) {
      const { kind, lanes, parent } = this.row(id);
      if (lanes !== 1 || kind === 'pause') return false;
      if (!isLimit(parent)) return parent === ROOT;
      id = parent;
    }
  }

  /**
   * The path to the lane with the lowest score among the lanes that no closed limit holds. Undefined when there is none.
   *
   * @param root {@link SUSPECTS} for the suspect calls. Default: the other calls
   */
  first(root = ROOT): Path | undefined {
    const limits: LimitNode[] = [];
    for (let parent = root; ;) {
      const best = this.store.best(parent);
      if (!best) return undefined;
      if (best.is_lane === 1) return { limits, lane: best.id };
      limits.push(nodeOf(this.row(best.id)));
      parent = best.id;
    }
  }

  /** The lowest score among all calls that no closed limit holds, but for suspect ones; undefined when there is none. */
  lowestScore(): number | undefined {
    return this.store.best(ROOT)?.head;
  }

  /** The limits above a lane, from the outermost to the innermost, whose id is given. */
  pathTo(innermost: number): LimitNode[] {
    const limits: LimitNode[] = [];
    for (let id = innermost; isLimit(id);) {
      const row = this.row(id);
      limits.unshift(nodeOf(row));
      id = row.parent;
    }
    return limits;
  }

  /** @param until when the limit opens, in milliseconds of steady time; null if it has no such time */
  close(id: number, until: number | null): void {
    this.store.close(id, until);
    this.refresh(this.row(id).parent);
  }

  /** Opens limits whose time has come. Returns whether there may be more, which another turn has to open. */
  openDue(now: number): boolean {
    if ((this.store.nextOpening() ?? Infinity) > now) return false;
    return this.openSome('until <= ? AND head IS NOT NULL', [now]).length === MAX_OPENED_PER_TURN;
  }

  /** Opens the limits of a slot that have room now that it is held `used` times. */
  openSlot(kind: 'slot' | 'run-slot', subject: string, used: number): void {
    this.open('kind = ? AND subject = ? AND capacity > ?', kind, subject, used);
  }

  /** Opens a bounded number of slot limits. Returns whether there may be more. */
  openSomeSlots(): boolean {
    return this.openSome("kind = 'slot'", []).length === MAX_OPENED_PER_TURN;
  }

  /** Opens the limit of the function's app, which has come back. */
  openApp(functionId: string): void {
    this.open("kind = 'app' AND subject = ?", functionId);
  }

  /** Opens the limits that the function's pause has closed, because the pause has ended or changed. */
  endPause(functionId: string): void {
    this.open("kind IN ('app', 'pause') AND subject = ?", functionId);
  }

  /** Opens the limits of the function's throttle, which has changed, so that their opening times are wrong now. */
  openThrottles(functionId: string): void {
    this.open("kind = 'throttle' AND function_id = ?", functionId);
  }

  /**
   * As {@link openThrottles}, for a bounded number of the function's throttles.
   *
   * @param after the result of the previous call; 0 for the first call
   * @returns undefined when all throttles are open
   */
  openSomeThrottles(functionId: string, after: number): number | undefined {
    const opened = this.openSome("kind = 'throttle' AND function_id = ? AND id > ?", [functionId, after]);
    return opened.length < MAX_OPENED_PER_TURN ? undefined : opened.at(-1)?.id;
  }

  /**
   * Recomputes the head of a limit (its lowest score), and of the limits above it until one does not change.
   *
   * @param changed the child of the limit that has changed, which is not closed. If the limit has no other child, it has the
   *   same head, which saves a query
   */
  refresh(limit: number, changed?: { head: number | null }): void {
    let child = changed;
    for (let id = limit; isLimit(id);) {
      const { lanes, parent, is_closed: isClosed } = this.row(id);
      const { head } = (lanes === 1 ? child : undefined) ?? this.store.best(id) ?? { head: null };
      if (!this.store.setLimitHead(id, head) || isClosed === 1) return;
      child = { head };
      id = parent;
    }
  }

  private enterOne(parent: number, functionId: string, limit: Limit): number {
    const known = this.store.idOf({ parent, ...limit });
    if (known === undefined) return this.store.addLimit(functionId, { parent, ...limit });
    this.store.addLane(known);
    return known;
  }

  private mostSharedFirst(limits: readonly Limit[]): Limit[] {
    if (limits.length < 2) return [...limits];
    const lanes = new Map(limits.map((limit) => [limit, this.store.lanesBelow(limit.subject)]));
    return limits.toSorted((a, b) => (lanes.get(b) ?? 0) - (lanes.get(a) ?? 0));
  }

  private open(condition: string, ...values: (string | number)[]): void {
    this.openSome(condition, values, Number.MAX_SAFE_INTEGER);
  }

  private openSome(
    condition: string,
    values: (string | number)[],
    limit = MAX_OPENED_PER_TURN,
  ): { id: number; parent: number }[] {
    const opened = this.store.open(condition, values, limit);
    for (const parent of new Set(opened.map((limit) => limit.parent))) this.refresh(parent);
    return opened;
  }

  private row(id: number): LimitRow {
    const row = this.store.limit(id);
    if (!row) throw new Error(`Limit ${id} is not stored.`);
    return row;
  }
}

function nodeOf(row: LimitRow): LimitNode {
  return {
    id: row.id,
    kind: row.kind,
    functionId: row.function_id,
    subject: row.subject,
    capacity: row.capacity,
    isClosed: row.is_closed === 1,
    until: row.until,
  };
}
