import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/**
 * What a run listens for. The subject is an event's name (`event`, `cancel`), a signal's name (`signal`), or the
 * correlation id of an invocation (`invoke`).
 */
export interface Wait {
  id: string;
  kind: 'event' | 'cancel' | 'signal' | 'invoke';
  subject: string;
  runId: string;
  stepId: string | null;
  /** Condition on `event` (the run's) and `async` (the one that arrived). */
  expression: string | null;
  expiresAt: number | null;
}

interface WaitRow {
  id: string;
  kind: Wait['kind'];
  subject: string;
  run_id: string;
  step_id: string | null;
  expression: string | null;
  expires_at: number | null;
}

@Injectable()
export class WaitStore {
  constructor(private readonly db: Database) {}

  insert(wait: Wait): void {
    this.db.run(
      'INSERT OR IGNORE INTO wait (id, kind, subject, run_id, step_id, expression, expires_at) VALUES (?,?,?,?,?,?,?)',
      wait.id,
      wait.kind,
      wait.subject,
      wait.runId,
      wait.stepId,
      wait.expression,
      wait.expiresAt,
    );
  }

  /**
   * Waits for a subject in the order in which they were stored.
   *
   * @param range only those after the position `after`, up to `last`
   */
  page(
    kind: Wait['kind'],
    subject: string,
    { after, last }: { after: number; last: number },
    limit: number,
  ): (Wait & { position: number })[] {
    return this.db
      .all<WaitRow & { position: number }>(
        `SELECT *, rowid AS position FROM wait
         WHERE kind = ? AND subject = ? AND rowid > ? AND rowid <= ? ORDER BY rowid LIMIT ?`,
        kind,
        subject,
        after,
        last,
        limit,
      )
      .map((row) => ({ ...fromRow(row), position: row.position }));
  }

  /** The position of the wait that was stored last. */
  lastPosition(): number {
    return this.db.get<{ last: number | null }>('SELECT max(rowid) AS last FROM wait')?.last ?? 0;
  }

  find(kind: Wait['kind'], subject: string): Wait[] {
    return this.db
      .all<WaitRow>('SELECT * FROM wait WHERE kind = ? AND subject = ? ORDER BY id', kind, subject)
      .map(fromRow);
  }

  get(id: string): Wait | undefined {
    const row = this.db.get<WaitRow>('SELECT * FROM wait WHERE id = ?', id);
    return row && fromRow(row);
  }

  ofRun(runId: string): Wait[] {
    return this.db.all<WaitRow>('SELECT * FROM wait WHERE run_id = ?', runId).map(fromRow);
  }

  remove(id: string): void {
    this.db.run('DELETE FROM wait WHERE id = ?', id);
  }

  removeOfRun(runId: string): void {
    this.db.run('DELETE FROM wait WHERE run_id = ?', runId);
  }
}

function fromRow(row: WaitRow): Wait {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    runId: row.run_id,
    stepId: row.step_id,
    expression: row.expression,
    expiresAt: row.expires_at,
  };
}
