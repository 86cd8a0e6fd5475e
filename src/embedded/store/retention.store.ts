import { Injectable } from '@nestjs/common';
import { ulidFloor } from './ids.js';
import { Database } from './database.js';

const TABLES_OF_A_RUN = ['run_event', 'step', 'attempt', 'deferral'] as const;

/** Removes old rows that are no longer needed. Each call is one short transaction. */
@Injectable()
export class RetentionStore {
  constructor(private readonly db: Database) {}

  /** Removes up to `limit` runs that ended before `cutoff`. Returns the number of removed runs. */
  removeRuns(cutoff: number, limit: number): number {
    return this.db.transaction(() => {
      const runs = this.db.all<{ id: string }>(
        'SELECT id FROM run WHERE ended_at < ? ORDER BY ended_at LIMIT ?',
        cutoff,
        limit,
      );
      for (const { id } of runs) {
        for (const table of TABLES_OF_A_RUN) this.db.run(`DELETE FROM ${table} WHERE run_id = ?`, id);
        this.db.run('DELETE FROM run WHERE id = ?', id);
      }
      return runs.length;
    });
  }

  /**
   * Removes up to `limit` events that arrived before `cutoff`. Returns the number of removed events. Events stay if they
   * have triggered a stored run or may still trigger one: those of a batch, a debounce or the outbox, or with a future time.
   */
  removeEvents(cutoff: number, limit: number): number {
    return this.db.transaction(() => {
      const events = this.db.all<{ internal_id: string }>(
        `SELECT internal_id FROM event
         WHERE internal_id < ?
           AND NOT EXISTS (SELECT 1 FROM run_event WHERE event_id = event.internal_id)
           AND NOT EXISTS (SELECT 1 FROM batch_event WHERE event_id = event.internal_id)
           AND NOT EXISTS (SELECT 1 FROM debounce WHERE event_id = event.internal_id)
           AND NOT EXISTS (SELECT 1 FROM timer WHERE id = 'deliver-event:' || event.internal_id)
           AND NOT EXISTS (SELECT 1 FROM outbox WHERE event_id = event.internal_id)
         ORDER BY internal_id LIMIT ?`,
        ulidFloor(cutoff),
        limit,
      );
      for (const { internal_id: id } of events) {
        this.db.run('DELETE FROM outcome WHERE event_id = ?', id);
        this.db.run('DELETE FROM event WHERE internal_id = ?', id);
      }
      return events.length;
    });
  }

  /**
   * Removes up to `limit` functions that were archived before `cutoff` and to which no stored row refers, except a lane
   * without calls. Returns the ids of the removed functions.
   */
  removeFunctions(cutoff: number, limit: number): string[] {
    const removed = this.db.all<{ id: string }>(
      `DELETE FROM function WHERE id IN (
         SELECT id FROM function
         WHERE archived_at < ?
           AND NOT EXISTS (SELECT 1 FROM run WHERE function_id = function.id)
           AND NOT EXISTS (SELECT 1 FROM outcome WHERE function_id = function.id)
           AND NOT EXISTS (SELECT 1 FROM outbox WHERE function_id = function.id)
           AND NOT EXISTS (SELECT 1 FROM debounce WHERE function_id = function.id)
           AND NOT EXISTS (SELECT 1 FROM batch WHERE function_id = function.id)
           AND NOT EXISTS (SELECT 1 FROM cancellation WHERE function_id = function.id)
         LIMIT ?)
       RETURNING id`,
      cutoff,
      limit,
    );
    if (removed.length === 0) return [];
    for (const table of ['function_pause', 'paused_span']) {
      this.db.run(`DELETE FROM ${table} WHERE function_id NOT IN (SELECT id FROM function)`);
    }
    return removed.map(({ id }) => id);
  }

  /** Removes up to `limit` bulk cancellations that were created before `cutoff`. Returns the number of removed ones. */
  removeCancellations(cutoff: number, limit: number): number {
    return this.db.run(
      'DELETE FROM cancellation WHERE id IN (SELECT id FROM cancellation WHERE id < ? ORDER BY id LIMIT ?)',
      ulidFloor(cutoff),
      limit,
    );
  }

  /** Removes up to `limit` ended jobs that were created before `cutoff`. Returns the number of removed jobs. */
  removeJobs(cutoff: number, limit: number): number {
    return this.db.run(
      `DELETE FROM job WHERE id IN
         (SELECT id FROM job WHERE id < ? AND ended_at IS NOT NULL ORDER BY id LIMIT ?)`,
      ulidFloor(cutoff),
      limit,
    );
  }

  /** Removes the state of throttles and rate limits that have all their permits again. `now` is in steady time. */
  removeArrivals(now: number, limit: number): number {
    return this.db.run(
      'DELETE FROM gcra WHERE key IN (SELECT key FROM gcra WHERE at < ? LIMIT ?)',
      now,
      limit,
    );
  }
}
