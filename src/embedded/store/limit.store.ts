import { Injectable } from '@nestjs/common';
import { CachedRows } from './cached-rows.js';
import { Database } from './database.js';
import { IN_LANE } from './queue.store.js';

/**
 * The kind of a limit: `app` is closed while the app is away or its workers are busy, `slot` and `run-slot` while calls or
 * runs hold all concurrency slots, `throttle` while it has no permit, and `pause` while it holds the starts of a function.
 */
export type LimitKind = 'app' | 'pause' | 'slot' | 'run-slot' | 'throttle';

/** The parents of the outermost limits, which have no rows: of ordinary calls, and of suspect ones. */
export const ROOTS = { ordinary: 0, suspect: -1 } as const;

/** A node of the tree of limits. Its table has the name `gate`, which files of earlier versions use. */
export interface LimitRow {
  id: number;
  parent: number;
  kind: LimitKind;
  function_id: string;
  /** The id of the function, of the slot or of the throttle's state. */
  subject: string;
  /** How many calls may hold the slot; 0 for other kinds. */
  capacity: number;
  /** The number of lanes below the limit. */
  lanes: number;
  /** The lowest score among its open children; null when no call below it may be made. */
  head: number | null;
  is_closed: number;
  /** When a closed limit opens, in milliseconds of steady time; null for slots, which open when a call frees one. */
  until: number | null;
}

/** A lane: the calls that share all limits. */
export interface LaneRow {
  id: number;
  function_id: string;
  /** The concurrency slots that each call holds, as JSON. */
  slots: string;
  throttle_key: string | null;
  /** The id of its innermost limit. */
  gate: number;
  head: number | null;
}

/** The open child with the lowest score: a limit, or a lane. */
export interface BestChild {
  id: number;
  head: number;
  is_lane: number;
}

/** The ids of the limits and lanes right below a limit, in their order. */
interface Children {
  limits: readonly number[];
  lanes: readonly number[];
}

/** The children of a limit; `many` when it has, or had, more than {@link MAX_KEPT_CHILDREN}. */
type KnownChildren = Children | { many: true };

/** How many children of a limit are cached at most. The query that chooses the best of them takes 24 µs in a single run. */
const MAX_KEPT_CHILDREN = 20;

/** The numbers of closed limits, and of those that open at a time. The key is the only one. */
interface ClosedLimits {
  all: number;
  timed: number;
}
const CLOSED = 'closed';

export type NewLimit = Pick<LimitRow, 'parent' | 'kind' | 'subject' | 'capacity'>;

/** The rows of the tree of limits: its nodes, and its lanes. */
@Injectable()
export class LimitStore {
  private readonly limits: CachedRows<LimitRow, number>;
  private readonly children: CachedRows<KnownChildren, number>;
  /** Most servers have no closed limit, and each call that ends asks whether one can open. */
  private readonly closed: CachedRows<ClosedLimits>;
  private readonly lanes: CachedRows<LaneRow, number>;
  private readonly laneIds: CachedRows<{ id: number }>;

  constructor(private readonly db: Database) {
    this.limits = new CachedRows(db, () => true);
    this.children = new CachedRows(db, () => true, true);
    this.closed = new CachedRows(db, () => true, true);
    this.lanes = new CachedRows(db, () => true);
    this.laneIds = new CachedRows(db, () => true);
  }

  limit(id: number): LimitRow | undefined {
    return this.limits.get(id, () => this.db.get<LimitRow>('SELECT * FROM gate WHERE id = ?', id));
  }

  idOf({ parent, kind, subject, capacity }: NewLimit): number | undefined {
    return this.db.get<{ id: number }>(
      'SELECT id FROM gate WHERE parent = ? AND kind = ? AND subject = ? AND capacity = ?',
      parent,
      kind,
      subject,
      capacity,
    )?.id;
  }

  /** Adds a limit with one lane below it. Returns its id. */
  addLimit(functionId: string, { parent, kind, subject, capacity }: NewLimit): number {
    const sql = `INSERT INTO gate (parent, kind, function_id, subject, capacity, lanes) VALUES (?,?,?,?,?,1)
      RETURNING id`;
    const { id } = this.db.get(sql, parent, kind, functionId, subject, capacity) as { id: number };
    const limit = { parent, kind, function_id: functionId, subject, capacity, lanes: 1 };
    this.limits.add(id, { id, ...limit, head: null, is_closed: 0, until: null });
    this.children.add(id, { limits: [], lanes: [] });
    this.changeChildren(parent, ({ limits, lanes }) => ({ limits: [...limits, id], lanes }));
    return id;
  }

  addLane(limitId: number): void {
    this.db.run('UPDATE gate SET lanes = lanes + 1 WHERE id = ?', limitId);
    this.limits.change(limitId, ({ lanes }) => ({ lanes: lanes + 1 }));
  }

  /** Subtracts one lane from a limit, and removes the limit if that was its last lane. */
  dropLane(limitId: number): void {
    const limit = this.limit(limitId);
    if (!limit) return;
    if (limit.lanes > 1) {
      this.db.run('UPDATE gate SET lanes = lanes - 1 WHERE id = ?', limitId);
      this.limits.change(limitId, { lanes: limit.lanes - 1 });
      return;
    }
    // Before the row goes: the count may have to be read.
    if (limit.is_closed === 1) this.countClosed(-1, limit.until);
    this.db.run('DELETE FROM gate WHERE id = ?', limitId);
    this.limits.forget(limitId);
    this.children.forget(limitId);
    this.changeChildren(limit.parent, ({ limits, lanes }) => ({
      limits: limits.filter((id) => id !== limitId),
      lanes,
    }));
  }

  /** The number of lanes below all limits of this subject. */
  lanesBelow(subject: string): number {
    const sql = 'SELECT sum(lanes) AS n FROM gate WHERE subject = ?';
    return this.db.get<{ n: number | null }>(sql, subject)?.n ?? 0;
  }

  /** The lowest score below all limits of this subject; undefined when no call below them may be made. */
  lowestBelow(subject: string): number | undefined {
    const sql = 'SELECT min(head) AS head FROM gate WHERE subject = ?';
    return this.db.getUnchanged<{ head: number | null }>(['gate'], sql, subject)?.head ?? undefined;
  }

  /** The child of a limit (an open limit or a lane) that has the lowest score. */
  best(parent: number): Readonly<BestChild> | undefined {
    const known = this.children.get(parent, () => this.readChildren(parent));
    return known === undefined || 'many' in known ? this.bestOfMany(parent) : this.bestOf(known);
  }

  /** Whether a call is ready whose outermost limit is open. Its inner limits may still hold it. */
  hasOpenCalls(): boolean {
    return Object.values(ROOTS).some((root) => this.best(root) !== undefined);
  }

  /** Returns whether the head has changed. */
  setLimitHead(id: number, head: number | null): boolean {
    if ((this.limit(id)?.head ?? null) === head) return false;
    this.db.run('UPDATE gate SET head = ? WHERE id = ?', head, id);
    this.limits.change(id, { head });
    return true;
  }

  close(id: number, until: number | null): void {
    const limit = this.limit(id);
    if (limit?.is_closed === 1) this.countClosed(-1, limit.until);
    this.countClosed(1, until);
    this.db.run('UPDATE gate SET is_closed = 1, until = ? WHERE id = ?', until, id);
    this.limits.change(id, { is_closed: 1, until });
  }

  /**
   * Opens closed limits that match the SQL condition, in the order of their ids, up to `limit`.
   *
   * @returns the opened limits, with their parents
   */
  open(condition: string, values: (string | number)[], limit: number): { id: number; parent: number }[] {
    if (this.closedLimits().all === 0) return [];
    const found = this.db.all<{ id: number; parent: number; until: number | null }>(
      `SELECT id, parent, until FROM gate WHERE is_closed = 1 AND ${condition} ORDER BY id LIMIT ?`,
      ...values,
      limit,
    );
    for (const { id, until } of found) {
      this.countClosed(-1, until);
      this.db.run('UPDATE gate SET is_closed = 0, until = NULL WHERE id = ?', id);
      this.limits.change(id, { is_closed: 0, until: null });
    }
    return found;
  }

  /** The steady time at which the next closed limit with calls below it opens. */
  nextOpening(): number | undefined {
    if (this.closedLimits().timed === 0) return undefined;
    const sql = 'SELECT min(until) AS at FROM gate WHERE until IS NOT NULL AND head IS NOT NULL';
    return this.db.getUnchanged<{ at: number | null }>(['gate'], sql)?.at ?? undefined;
  }

  lane(id: number): LaneRow | undefined {
    return this.lanes.get(id, () => this.db.get<LaneRow>('SELECT * FROM lane WHERE id = ?', id));
  }

  laneByKey(key: string): number | undefined {
    const sql = 'SELECT id FROM lane WHERE key = ?';
    return this.laneIds.get(key, () => this.db.get<{ id: number }>(sql, key))?.id;
  }

  /** Returns the id of the new lane. */
  insertLane(key: string, lane: Omit<LaneRow, 'id' | 'head'>): number {
    const { id } = this.db.get(
      'INSERT INTO lane (key, function_id, slots, throttle_key, gate) VALUES (?,?,?,?,?) RETURNING id',
      key,
      lane.function_id,
      lane.slots,
      lane.throttle_key,
      lane.gate,
    ) as { id: number };
    this.lanes.add(id, { id, ...lane, head: null });
    this.changeChildren(lane.gate, ({ limits, lanes }) => ({ limits, lanes: [...lanes, id] }));
    this.laneIds.add(key, { id });
    return id;
  }

  /** Returns whether the head has changed. */
  setLaneHead(id: number, head: number | null): boolean {
    if ((this.lane(id)?.head ?? null) === head) return false;
    this.db.run('UPDATE lane SET head = ? WHERE id = ?', head, id);
    this.lanes.change(id, { head });
    return true;
  }

  /** Removes a lane if it has no calls. Returns its innermost limit; undefined when it has calls. */
  removeEmptyLane(id: number): number | undefined {
    const sql = `DELETE FROM lane WHERE id = ? AND NOT EXISTS (SELECT 1 FROM queue_item WHERE ${IN_LANE} lane.id)
      RETURNING gate, key`;
    const removed = this.db.get<{ gate: number; key: string }>(sql, id);
    if (!removed) return undefined;
    this.lanes.forget(id);
    this.laneIds.forget(removed.key);
    this.changeChildren(removed.gate, ({ limits, lanes }) => ({
      limits,
      lanes: lanes.filter((other) => other !== id),
    }));
    return removed.gate;
  }

  /** The lanes of a function that have no calls. Reads all lanes. */
  emptyLanes(functionId: string): number[] {
    const sql = `SELECT id FROM lane
      WHERE function_id = ? AND NOT EXISTS (SELECT 1 FROM queue_item WHERE ${IN_LANE} lane.id)`;
    return this.db.all<{ id: number }>(sql, functionId).map(({ id }) => id);
  }

  private closedLimits(): ClosedLimits {
    const sql = 'SELECT count(*) AS "all", count(until) AS timed FROM gate WHERE is_closed = 1';
    return this.closed.get(CLOSED, () => this.db.get<ClosedLimits>(sql)) ?? { all: 0, timed: 0 };
  }

  /** @param until of the limit that is closed (`change` is 1) or no longer closed (-1) */
  private countClosed(change: 1 | -1, until: number | null): void {
    const { all, timed } = this.closedLimits();
    this.closed.change(CLOSED, { all: all + change, timed: until === null ? timed : timed + change });
  }

  private readChildren(parent: number): KnownChildren {
    // A lane is below each limit, so a limit with few lanes has few children. Roots have no rows.
    const isRoot = parent === ROOTS.ordinary || parent === ROOTS.suspect;
    if (!isRoot && (this.limit(parent)?.lanes ?? 0) > MAX_KEPT_CHILDREN) return { many: true };
    const limits = this.childIds('SELECT id FROM gate WHERE parent = ? LIMIT ?', parent);
    const lanes = this.childIds('SELECT id FROM lane WHERE gate = ? LIMIT ?', parent);
    return unlessMany({ limits, lanes });
  }

  private childIds(sql: string, parent: number): number[] {
    const ids = this.db.all<{ id: number }>(sql, parent, MAX_KEPT_CHILDREN + 1).map(({ id }) => id);
    return ids.toSorted((a, b) => a - b);
  }

  private changeChildren(parent: number, changed: (children: Children) => Children): void {
    this.children.change(parent, (known) => ('many' in known ? known : unlessMany(changed(known))));
  }

  private bestOf({ limits, lanes }: Children): BestChild | undefined {
    let best: BestChild | undefined;
    for (const id of limits) {
      const limit = this.limit(id);
      if (limit?.is_closed !== 0 || limit.head === null || limit.head >= (best?.head ?? Infinity)) continue;
      best = { id, head: limit.head, is_lane: 0 };
    }
    for (const id of lanes) {
      const head = this.lane(id)?.head ?? Infinity;
      if (head < (best?.head ?? Infinity)) best = { id, head, is_lane: 1 };
    }
    return best;
  }

  private bestOfMany(parent: number): Readonly<BestChild> | undefined {
    return this.db.getUnchanged<BestChild>(
      ['gate', 'lane'],
      `SELECT * FROM (SELECT id, head, 0 AS is_lane FROM gate
         WHERE parent = ? AND head IS NOT NULL AND is_closed = 0 ORDER BY head LIMIT 1)
       UNION ALL
       SELECT * FROM (SELECT id, head, 1 AS is_lane FROM lane
         WHERE gate = ? AND head IS NOT NULL ORDER BY head LIMIT 1)
       ORDER BY head LIMIT 1`,
      parent,
      parent,
    );
  }
}

function unlessMany(children: Children): KnownChildren {
  return children.limits.length + children.lanes.length > MAX_KEPT_CHILDREN ? { many: true } : children;
}
