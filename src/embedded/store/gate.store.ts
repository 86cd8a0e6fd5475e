import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** Something that calls must pass: their app is there, a concurrency slot is free, a throttle has a permit. */
export interface Gate {
  id: number;
  kind: 'app' | 'slot' | 'throttle';
  functionId: string;
  /** What it asks about: a function, a slot or the state of a throttle, by its id. */
  subject: string;
  /** How many calls may hold the slot; 0 for gates of other kinds. */
  capacity: number;
  isClosed: boolean;
  /** When a closed gate opens by itself, in milliseconds since 1970; null for slots, which are given back. */
  until: number | null;
}

export type Limit = Pick<Gate, 'kind' | 'subject' | 'capacity'>;

/** From the outermost gate to a lane. */
export interface Way {
  gates: Gate[];
  lane: number;
}

interface GateRow {
  id: number;
  parent: number;
  kind: Gate['kind'];
  function_id: string;
  subject: string;
  capacity: number;
  is_closed: number;
  until: number | null;
}

/** Above the outermost gates. */
const ROOT = 0;

/**
 * The gates of the queue, one inside another, with the lanes inside the innermost. Each knows its head, the score of
 * the first call that no closed gate *inside* it holds up. So the first call of all is found by going down, and a
 * gate that closes puts aside everything behind it at once, be that one lane or a hundred thousand.
 *
 * What most lanes share lies outermost. A limit may thereby be a gate in several places (two keys that cross each
 * other), but in no more than about the square root of the number of lanes.
 */
@Injectable()
export class GateStore {
  constructor(private readonly db: Database) {}

  /** Leads one more lane of the function through these limits. Returns the innermost gate. */
  enter(functionId: string, limits: readonly Limit[]): number {
    const app: Limit = { kind: 'app', subject: functionId, capacity: 0 };
    return [app, ...this.mostSharedFirst(limits)].reduce(
      (parent, gate) => this.enterOne(parent, functionId, gate),
      ROOT,
    );
  }

  /** A lane is gone. Gates that no lane is behind any more are forgotten. */
  leave(innermost: number): void {
    for (let id: number | undefined = innermost; id !== undefined && id !== ROOT;) {
      const gate: { parent: number } | undefined = this.db.get('SELECT parent FROM gate WHERE id = ?', id);
      this.db.run('UPDATE gate SET lanes = lanes - 1 WHERE id = ?', id);
      this.db.run('DELETE FROM gate WHERE id = ? AND lanes <= 0', id);
      id = gate?.parent;
    }
  }

  /** The way to the call that comes before all others that no closed gate holds up. */
  first(): Way | undefined {
    const gates: Gate[] = [];
    for (let parent = ROOT; ;) {
      const best = this.best(parent);
      if (!best) return undefined;
      if (best.is_lane === 1) return { gates, lane: best.id };
      gates.push(this.mustGet(best.id));
      parent = best.id;
    }
  }

  /** The gates to this one, itself included, outermost first. */
  wayTo(innermost: number): Gate[] {
    const gates: Gate[] = [];
    for (let id = innermost; id !== ROOT;) {
      const row = this.row(id);
      gates.unshift(gateFromRow(row));
      id = row.parent;
    }
    return gates;
  }

  /** @param until when it opens by itself; null when it does not */
  close(id: number, until: number | null): void {
    this.db.run('UPDATE gate SET is_closed = 1, until = ? WHERE id = ?', until, id);
    this.refresh(this.row(id).parent);
  }

  /** Opens those whose moment has come. */
  openDue(now: number): void {
    this.open('until <= ? AND head IS NOT NULL', now);
  }

  /** Opens those that ask for a slot of which only so many are used. */
  openSlot(subject: string, used: number): void {
    this.open("kind = 'slot' AND subject = ? AND capacity > ?", subject, used);
  }

  openAllSlots(): void {
    this.open("kind = 'slot'");
  }

  /** The app of the function is there. */
  openApp(functionId: string): void {
    this.open("kind = 'app' AND subject = ?", functionId);
  }

  /** The throttle of the function has changed: its moments no longer hold. */
  openThrottles(functionId: string): void {
    this.open("kind = 'throttle' AND function_id = ?", functionId);
  }

  /** The moment at which the next gate with calls behind it opens by itself. */
  nextMoment(): number | undefined {
    const sql = 'SELECT min(until) AS at FROM gate WHERE until IS NOT NULL AND head IS NOT NULL';
    return this.db.get<{ at: number | null }>(sql)?.at ?? undefined;
  }

  /** Finds the head of a gate anew, and with it those of the gates around it. */
  refresh(gate: number): void {
    for (let id = gate; id !== ROOT;) {
      const head = this.best(id)?.head ?? null;
      const changed = this.db.run('UPDATE gate SET head = ? WHERE id = ? AND head IS NOT ?', head, id, head);
      if (changed === 0) return;
      const { parent, is_closed: isClosed } = this.row(id);
      if (isClosed === 1) return;
      id = parent;
    }
  }

  private enterOne(parent: number, functionId: string, { kind, subject, capacity }: Limit): number {
    const known = this.db.get<{ id: number }>(
      'SELECT id FROM gate WHERE parent = ? AND kind = ? AND subject = ? AND capacity = ?',
      parent,
      kind,
      subject,
      capacity,
    );
    if (known) {
      this.db.run('UPDATE gate SET lanes = lanes + 1 WHERE id = ?', known.id);
      return known.id;
    }
    const made = this.db.get<{ id: number }>(
      `INSERT INTO gate (parent, kind, function_id, subject, capacity, lanes) VALUES (?,?,?,?,?,1) RETURNING id`,
      parent,
      kind,
      functionId,
      subject,
      capacity,
    );
    return made?.id as number;
  }

  private mostSharedFirst(limits: readonly Limit[]): Limit[] {
    if (limits.length < 2) return [...limits];
    const lanes = new Map(limits.map((limit) => [limit, this.lanesBehind(limit.subject)]));
    return limits.toSorted((a, b) => (lanes.get(b) ?? 0) - (lanes.get(a) ?? 0));
  }

  private lanesBehind(subject: string): number {
    const sql = 'SELECT sum(lanes) AS n FROM gate WHERE subject = ?';
    return this.db.get<{ n: number | null }>(sql, subject)?.n ?? 0;
  }

  /** The open gate, or the lane, directly inside of this gate whose head is the first. */
  private best(gate: number): { id: number; head: number; is_lane: number } | undefined {
    return this.db.get(
      `SELECT * FROM (SELECT id, head, 0 AS is_lane FROM gate
         WHERE parent = ? AND head IS NOT NULL AND is_closed = 0 ORDER BY head LIMIT 1)
       UNION ALL
       SELECT * FROM (SELECT id, head, 1 AS is_lane FROM lane
         WHERE gate = ? AND head IS NOT NULL ORDER BY head LIMIT 1)
       ORDER BY head LIMIT 1`,
      gate,
      gate,
    );
  }

  private open(condition: string, ...values: (string | number)[]): void {
    const parents = this.db.all<{ parent: number }>(
      `SELECT DISTINCT parent FROM gate WHERE is_closed = 1 AND ${condition}`,
      ...values,
    );
    if (parents.length === 0) return;
    this.db.run(
      `UPDATE gate SET is_closed = 0, until = NULL WHERE is_closed = 1 AND ${condition}`,
      ...values,
    );
    for (const { parent } of parents) this.refresh(parent);
  }

  private mustGet(id: number): Gate {
    return gateFromRow(this.row(id));
  }

  private row(id: number): GateRow {
    const row = this.db.get<GateRow>('SELECT * FROM gate WHERE id = ?', id);
    if (!row) throw new Error(`There is no gate ${id}.`);
    return row;
  }
}

function gateFromRow(row: GateRow): Gate {
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
