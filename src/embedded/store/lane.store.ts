import { Injectable } from '@nestjs/common';
import type { ConcurrencySlot } from '../flow-control/index.js';
import { Database } from './database.js';

/**
 * All calls that share every limit: the same function, throttle key and concurrency slots. Starts have lanes of their
 * own, because only they are throttled. A lane that cannot move waits for a slot or a moment and costs nothing.
 */
export interface Lane {
  id: number;
  functionId: string;
  slots: ConcurrencySlot[];
  /** Set on lanes of starts that are throttled. */
  throttleKey: string | null;
  waitingFor: string | null;
  waitingUntil: number | null;
}

interface LaneRow {
  id: number;
  function_id: string;
  slots: string;
  throttle_key: string | null;
  waiting_for: string | null;
  waiting_until: number | null;
}

/** The lanes of the queue, and the concurrency slots that their calls hold. */
@Injectable()
export class LaneStore {
  constructor(private readonly db: Database) {}

  /** The lane of these limits; made when there is none. */
  idFor(functionId: string, slots: ConcurrencySlot[], throttleKey: string | null): number {
    const key = JSON.stringify([functionId, throttleKey, ...slots.map((slot) => slot.id)]);
    const known = this.db.get<{ id: number }>('SELECT id FROM lane WHERE key = ?', key);
    if (known) {
      this.db.run(
        'UPDATE lane SET slots = ? WHERE id = ? AND slots <> ?',
        JSON.stringify(slots),
        known.id,
        JSON.stringify(slots),
      );
      return known.id;
    }
    this.db.run(
      'INSERT INTO lane (key, function_id, slots, throttle_key) VALUES (?,?,?,?)',
      key,
      functionId,
      JSON.stringify(slots),
      throttleKey,
    );
    return this.db.get<{ id: number }>('SELECT id FROM lane WHERE key = ?', key)?.id as number;
  }

  get(id: number): Lane | undefined {
    const row = this.db.get<LaneRow>('SELECT * FROM lane WHERE id = ?', id);
    return row && laneFromRow(row);
  }

  /** The lane that nothing holds up and whose first item comes before all others'. */
  firstOpen(): Lane | undefined {
    const row = this.db.get<LaneRow>(
      `SELECT * FROM lane WHERE head IS NOT NULL AND waiting_for IS NULL AND waiting_until IS NULL
       ORDER BY head LIMIT 1`,
    );
    return row && laneFromRow(row);
  }

  hold(id: number, until: { slot: string } | { at: number }): void {
    if ('slot' in until) this.db.run('UPDATE lane SET waiting_for = ? WHERE id = ?', until.slot, id);
    else this.db.run('UPDATE lane SET waiting_until = ? WHERE id = ?', until.at, id);
  }

  /** Lets the best lane that waits for this slot try again. Returns whether there was one. */
  wakeFor(slot: string): boolean {
    const best = this.db.get<{ id: number }>(
      'SELECT id FROM lane WHERE waiting_for = ? AND head IS NOT NULL ORDER BY head LIMIT 1',
      slot,
    );
    if (best) this.db.run('UPDATE lane SET waiting_for = NULL WHERE id = ?', best.id);
    return best !== undefined;
  }

  wakeUntil(now: number): void {
    this.db.run('UPDATE lane SET waiting_until = NULL WHERE waiting_until <= ?', now);
  }

  /** Lets every lane of a function try again, because its limits have changed. */
  wakeOf(functionId: string): void {
    this.db.run('UPDATE lane SET waiting_for = NULL, waiting_until = NULL WHERE function_id = ?', functionId);
  }

  /** The moment at which the next throttled lane can move. */
  nextMoment(): number | undefined {
    const sql = 'SELECT min(waiting_until) AS at FROM lane WHERE waiting_until IS NOT NULL';
    return this.db.get<{ at: number | null }>(sql)?.at ?? undefined;
  }

  /**
   * Notes the score of a lane's first ready call; null when it has none. Such a lane waits for nothing, because nobody
   * would wake it.
   */
  setHead(id: number, head: number | null): void {
    if (head !== null) this.db.run('UPDATE lane SET head = ? WHERE id = ?', head, id);
    else
      this.db.run('UPDATE lane SET head = NULL, waiting_for = NULL, waiting_until = NULL WHERE id = ?', id);
  }

  /** Keyed limits make as many lanes as there are keys; one without calls is made anew when it is needed. */
  dropIfEmpty(id: number): void {
    this.db.run(
      'DELETE FROM lane WHERE id = ? AND NOT EXISTS (SELECT 1 FROM queue_item WHERE lane = ?)',
      id,
      id,
    );
  }

  usedSlots(id: string): number {
    return this.db.get<{ used: number }>('SELECT used FROM slot WHERE id = ?', id)?.used ?? 0;
  }

  acquireSlots(slots: readonly ConcurrencySlot[]): void {
    for (const { id } of slots) {
      this.db.run(
        'INSERT INTO slot (id, used) VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET used = used + 1',
        id,
      );
    }
  }

  releaseSlots(slots: readonly ConcurrencySlot[]): void {
    for (const { id } of slots) {
      this.db.run('UPDATE slot SET used = used - 1 WHERE id = ?', id);
      this.db.run('DELETE FROM slot WHERE id = ? AND used <= 0', id);
    }
  }

  /** Forgets which slots were taken: after a restart no call is under way. */
  clearSlots(): void {
    this.db.run('DELETE FROM slot');
    this.db.run('UPDATE lane SET waiting_for = NULL');
  }
}

function laneFromRow(row: LaneRow): Lane {
  return {
    id: row.id,
    functionId: row.function_id,
    slots: JSON.parse(row.slots) as ConcurrencySlot[],
    throttleKey: row.throttle_key,
    waitingFor: row.waiting_for,
    waitingUntil: row.waiting_until,
  };
}
