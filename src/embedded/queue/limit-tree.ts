import { Injectable } from '@nestjs/common';
import { LimitStore, type LimitKind, type LimitRow } from '../store/limit.store.js';

/** A limit that a call falls under. */
export interface Limit {
  kind: LimitKind;
  /** The id of what it counts: a function, a slot, or the state of a throttle. */
  subject: string;
  /** How many calls may hold the slot; 0 for other kinds. */
  capacity: number;
}

/** A limit in its place in the tree. */
export interface LimitNode extends Limit {
  id: number;
  functionId: string;
  isClosed: boolean;
  /** When a closed one opens by itself, in milliseconds of steady time; null for slots, which are given back. */
  until: number | null;
}

/** From the outermost limit to a lane. */
export interface Path {
  limits: LimitNode[];
  lane: number;
}

/** How many limits are opened in one turn of the process, which must stay short. */
const OPENED_AT_ONCE = 100;

/** Above the outermost limits. */
const ROOT = 0;
/** The same for suspect calls, which are chosen apart from all others. */
export const SUSPECTS = -1;
/** The ids of limits are above those of the roots. */
const isLimit = (id: number): boolean => id > ROOT;

/**
 * Limits form a tree. A lane (leaf) holds the calls that share the same limits; each node caches the lowest score among
 * its open children, so picking the next call is one descent. A limit that closes takes every lane below it out of the
 * choice with one write, be that one lane or a hundred thousand.
 *
 * Limits that most lanes share are outermost. One limit may still be in several places (two keys that cross each
 * other), but in no more than about the square root of the number of lanes.
 */
@Injectable()
export class LimitTree {
  constructor(private readonly store: LimitStore) {}

  /**
   * Adds a lane of the function below these limits. Returns the innermost limit.
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

  /** Takes a lane away from its innermost limit, and removes the limits that have no lane any more. */
  leave(innermost: number): void {
    for (let id: number | undefined = innermost; id !== undefined && isLimit(id);) {
      const parent: number | undefined = this.store.limit(id)?.parent;
      this.store.dropLane(id);
      id = parent;
    }
  }

  /**
   * The path to the call with the lowest score among those that no closed limit holds up.
   *
   * @param root {@link SUSPECTS} for the suspect calls; all others unless given
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

  /** The limits above a lane, from the outermost to this one. */
  pathTo(innermost: number): LimitNode[] {
    const limits: LimitNode[] = [];
    for (let id = innermost; isLimit(id);) {
      const row = this.row(id);
      limits.unshift(nodeOf(row));
      id = row.parent;
    }
    return limits;
  }

  /** @param until when it opens by itself, in milliseconds of steady time; null when it does not */
  close(id: number, until: number | null): void {
    this.store.close(id, until);
    this.refresh(this.row(id).parent);
  }

  /** Opens limits whose time has come. Returns whether there may be more: the rest is for another turn. */
  openDue(now: number): boolean {
    if ((this.store.nextOpening() ?? Infinity) > now) return false;
    return this.openSome('until <= ? AND head IS NOT NULL', [now]).length === OPENED_AT_ONCE;
  }

  /** Opens the limits of a slot that have room when it is held `used` times. */
  openSlot(kind: 'slot' | 'run-slot', subject: string, used: number): void {
    this.open('kind = ? AND subject = ? AND capacity > ?', kind, subject, used);
  }

  /** Opens some of the limits of slots. Returns whether there may be more. */
  openSomeSlots(): boolean {
    return this.openSome("kind = 'slot'", []).length === OPENED_AT_ONCE;
  }

  /** The app of the function is there. */
  openApp(functionId: string): void {
    this.open("kind = 'app' AND subject = ?", functionId);
  }

  /** The pause of the function is over, or is another one. */
  endPause(functionId: string): void {
    this.open("kind IN ('app', 'pause') AND subject = ?", functionId);
  }

  /** The throttle of the function has changed: the times at which its limits would open are wrong now. */
  openThrottles(functionId: string): void {
    this.open("kind = 'throttle' AND function_id = ?", functionId);
  }

  /**
   * As {@link openThrottles}, for some of the function's throttles.
   *
   * @param after what the call before returned; 0 at first
   * @returns undefined after the last ones
   */
  openSomeThrottles(functionId: string, after: number): number | undefined {
    const opened = this.openSome("kind = 'throttle' AND function_id = ? AND id > ?", [functionId, after]);
    return opened.length < OPENED_AT_ONCE ? undefined : opened.at(-1)?.id;
  }

  /** Recomputes the head of a limit, and of those above it as far as they change. */
  refresh(limit: number): void {
    for (let id = limit; isLimit(id);) {
      if (!this.store.setLimitHead(id, this.store.best(id)?.head ?? null)) return;
      const { parent, is_closed: isClosed } = this.row(id);
      if (isClosed === 1) return;
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
    limit = OPENED_AT_ONCE,
  ): { id: number; parent: number }[] {
    const opened = this.store.open(condition, values, limit);
    for (const parent of new Set(opened.map((one) => one.parent))) this.refresh(parent);
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
