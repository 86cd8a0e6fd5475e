import { Injectable } from '@nestjs/common';
import { throttleStateId, type ConcurrencySlot } from '../flow-control/index.js';
import { Database } from './database.js';
import { GateStore, type Limit } from './gate.store.js';

/**
 * All calls that share every limit: the same function, throttle key and concurrency slots. Starts have lanes of their
 * own, because only they are throttled. A lane lies behind the gates of its limits, and costs nothing while one of
 * them is closed.
 */
export interface Lane {
  id: number;
  functionId: string;
  slots: ConcurrencySlot[];
  /** Set on lanes of starts that are throttled. */
  throttleKey: string | null;
  /** The innermost of its gates. */
  gate: number;
}

interface LaneRow {
  id: number;
  function_id: string;
  slots: string;
  throttle_key: string | null;
  gate: number;
}

/** The lanes of the queue, and the concurrency slots that their calls hold. */
@Injectable()
export class LaneStore {
  constructor(
    private readonly db: Database,
    private readonly gates: GateStore,
  ) {}

  /** The lane of these limits; made when there is none. */
  idFor(functionId: string, slots: ConcurrencySlot[], throttleKey: string | null): number {
    const key = JSON.stringify([functionId, throttleKey, ...slots.flatMap(({ id, limit }) => [id, limit])]);
    const known = this.db.get<{ id: number }>('SELECT id FROM lane WHERE key = ?', key);
    if (known) return known.id;
    this.db.run(
      'INSERT INTO lane (key, function_id, slots, throttle_key, gate) VALUES (?,?,?,?,?)',
      key,
      functionId,
      JSON.stringify(slots),
      throttleKey,
      this.gates.enter(functionId, limitsOf(functionId, slots, throttleKey)),
    );
    return this.db.get<{ id: number }>('SELECT id FROM lane WHERE key = ?', key)?.id as number;
  }

  get(id: number): Lane | undefined {
    const row = this.db.get<LaneRow>('SELECT * FROM lane WHERE id = ?', id);
    return row && laneFromRow(row);
  }

  /** Lets the calls of a function be made: its app is there. */
  wakeOf(functionId: string): void {
    this.gates.openApp(functionId);
  }

  /** Notes the score of a lane's first ready call; null when it has none. */
  setHead(id: number, head: number | null): void {
    const changed = this.db.run('UPDATE lane SET head = ? WHERE id = ? AND head IS NOT ?', head, id, head);
    const lane = changed > 0 ? this.get(id) : undefined;
    if (lane) this.gates.refresh(lane.gate);
  }

  /** Keyed limits make as many lanes as there are keys; one without calls is made anew when it is needed. */
  dropIfEmpty(id: number): void {
    const empty = this.db.get<{ gate: number }>(
      'SELECT gate FROM lane WHERE id = ? AND NOT EXISTS (SELECT 1 FROM queue_item WHERE lane = lane.id)',
      id,
    );
    if (!empty) return;
    this.db.run('DELETE FROM lane WHERE id = ?', id);
    this.gates.leave(empty.gate);
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
      this.gates.openSlot(id, this.usedSlots(id));
    }
  }

  /** Forgets which slots were taken: after a restart no call is under way. */
  clearSlots(): void {
    this.db.run('DELETE FROM slot');
    this.gates.openAllSlots();
  }
}

function limitsOf(
  functionId: string,
  slots: readonly ConcurrencySlot[],
  throttleKey: string | null,
): Limit[] {
  const limits = slots.map(({ id, limit }): Limit => ({ kind: 'slot', subject: id, capacity: limit }));
  if (throttleKey !== null) {
    limits.push({ kind: 'throttle', subject: throttleStateId(functionId, throttleKey), capacity: 0 });
  }
  return limits;
}

function laneFromRow(row: LaneRow): Lane {
  return {
    id: row.id,
    functionId: row.function_id,
    slots: JSON.parse(row.slots) as ConcurrencySlot[],
    throttleKey: row.throttle_key,
    gate: row.gate,
  };
}
