import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** A request to cancel the runs of a function that were queued in a period. Times are in milliseconds since 1970. */
export interface Cancellation {
  id: string;
  functionId: string;
  startedAfter: number | null;
  startedBefore: number;
  /** A condition on a run's `event`. */
  expression: string | null;
  createdAt: number;
}

interface CancellationRow {
  id: string;
  function_id: string;
  started_after: number | null;
  started_before: number;
  expression: string | null;
  created_at: number;
}

@Injectable()
export class CancellationStore {
  constructor(private readonly db: Database) {}

  insert(cancellation: Cancellation): void {
    this.db.run(
      `INSERT INTO cancellation (id, function_id, started_after, started_before, expression, created_at)
       VALUES (?,?,?,?,?,?)`,
      cancellation.id,
      cancellation.functionId,
      cancellation.startedAfter,
      cancellation.startedBefore,
      cancellation.expression,
      cancellation.createdAt,
    );
  }

  get(id: string): Cancellation | undefined {
    const row = this.db.get<CancellationRow>('SELECT * FROM cancellation WHERE id = ?', id);
    return row && fromRow(row);
  }

  /** Newest first. */
  list(): Cancellation[] {
    return this.db.all<CancellationRow>('SELECT * FROM cancellation ORDER BY id DESC').map(fromRow);
  }

  /** Returns whether it was stored. */
  remove(id: string): boolean {
    return this.db.run('DELETE FROM cancellation WHERE id = ?', id) > 0;
  }
}

function fromRow(row: CancellationRow): Cancellation {
  return {
    id: row.id,
    functionId: row.function_id,
    startedAfter: row.started_after,
    startedBefore: row.started_before,
    expression: row.expression,
    createdAt: row.created_at,
  };
}
