import { Injectable } from '@nestjs/common';
import { Counters } from './counters.js';
import { Database } from './database.js';

/** The concurrency slots in use. Calls hold slots while they are under way; runs hold some until they end. */
@Injectable()
export class SlotStore {
  /** How many calls hold each slot. No call is under way after a start, so this is not stored. */
  private readonly calls: Counters;

  constructor(private readonly db: Database) {
    this.calls = new Counters(db);
  }

  /** The number of calls, or of runs, that hold the slot. */
  holders(kind: 'slot' | 'run-slot', id: string): number {
    return kind === 'slot' ? this.callsHolding(id) : this.runsHolding(id);
  }

  /** How many slots calls hold, of those with different ids. */
  get inUse(): number {
    return this.calls.size;
  }

  /** The number of calls that hold the slot. */
  callsHolding(id: string): number {
    return this.calls.get(id);
  }

  acquire(id: string): void {
    this.calls.set(id, this.callsHolding(id) + 1);
  }

  release(id: string): void {
    this.calls.set(id, Math.max(0, this.callsHolding(id) - 1));
  }

  /** The number of runs that hold the slot. */
  runsHolding(slotId: string): number {
    const sql = 'SELECT count(*) AS n FROM run_slot WHERE slot_id = ?';
    return this.db.get<{ n: number }>(sql, slotId)?.n ?? 0;
  }

  holdForRun(slotId: string, runId: string): void {
    this.db.run('INSERT OR IGNORE INTO run_slot (run_id, slot_id) VALUES (?,?)', runId, slotId);
  }

  /** Returns the slots that the run held. */
  releaseRun(runId: string): string[] {
    if (this.db.isEmpty('run_slot')) return [];
    return this.db
      .all<{ slot_id: string }>('DELETE FROM run_slot WHERE run_id = ? RETURNING slot_id', runId)
      .map((row) => row.slot_id);
  }
}
