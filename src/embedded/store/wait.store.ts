import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/**
 * Something that a run waits for. The subject is an event's name (`event`, `cancel`), a signal's name (`signal`), or the
 * correlation id of an invocation (`invoke`).
 */
export interface Wait {
  id: string;
  kind: 'event' | 'cancel' | 'signal' | 'invoke';
  subject: string;
  runId: string;
  stepId: string | null;
  /** A condition on `event`, the run's first event, and `async`, the event that arrives. */
  expression: string | null;
  /** A value that the expression requires in the event that arrives; null when it requires no single value. */
  equality: Equality | null;
  expiresAt: number | null;
}

interface Equality {
  path: string;
  value: string;
}

/** A wait with its position in the order in which waits were stored. */
export type PlacedWait = Wait & { position: number };

/** A range of positions: after `after`, up to and including `last`. */
export interface WaitRange {
  after: number;
  last: number;
}

interface WaitRow {
  id: string;
  kind: Wait['kind'];
  subject: string;
  run_id: string;
  step_id: string | null;
  expression: string | null;
  path: string | null;
  value: string | null;
  expires_at: number | null;
}

@Injectable()
export class WaitStore {
  constructor(private readonly db: Database) {}

  insert(wait: Wait): void {
    this.db.run(
      `INSERT OR IGNORE INTO wait (id, kind, subject, run_id, step_id, expression, path, value, expires_at)
       VALUES (?,?,?,?,?,?,?,?,?)`,
      wait.id,
      wait.kind,
      wait.subject,
      wait.runId,
      wait.stepId,
      wait.expression,
      wait.equality?.path ?? null,
      wait.equality?.value ?? null,
      wait.expiresAt,
    );
  }

  /** Whether any run waits for a subject. */
  hasAny(kind: Wait['kind'], subject: string): boolean {
    const sql = 'SELECT 1 AS found FROM wait WHERE kind = ? AND subject = ? LIMIT 1';
    return this.db.getUnchanged(['wait'], sql, kind, subject) !== undefined;
  }

  /** A page of the waits for a subject, in the order in which they were stored. */
  page(kind: Wait['kind'], subject: string, { after, last }: WaitRange, limit: number): PlacedWait[] {
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
      .map(placed);
  }

  /**
   * A page of the waits for a subject that require this value at this path, in the order in which they were stored.
   *
   * @param equality null for the waits that require no single value
   */
  pageOfValue(
    kind: Wait['kind'],
    subject: string,
    equality: Equality | null,
    { after, last }: WaitRange,
    limit: number,
  ): PlacedWait[] {
    return this.db
      .all<WaitRow & { position: number }>(
        `SELECT *, rowid AS position FROM wait INDEXED BY wait_by_value
         WHERE kind = ? AND subject = ? AND path IS ? AND value IS ? AND rowid > ? AND rowid <= ?
         ORDER BY rowid LIMIT ?`,
        kind,
        subject,
        equality?.path ?? null,
        equality?.value ?? null,
        after,
        last,
        limit,
      )
      .map(placed);
  }

  /** The next path after `after`, in alphabetical order, at which waits for a subject require a value. */
  nextPath(kind: Wait['kind'], subject: string, after: string): string | undefined {
    return (
      this.db.get<{ path: string | null }>(
        'SELECT min(path) AS path FROM wait INDEXED BY wait_by_value WHERE kind = ? AND subject = ? AND path > ?',
        kind,
        subject,
        after,
      )?.path ?? undefined
    );
  }

  /** After a change of the run's `cancelOn`: its conditions are evaluated for every event from now on. */
  forgetCancelEqualities(runId: string): void {
    this.db.run("UPDATE wait SET path = NULL, value = NULL WHERE run_id = ? AND kind = 'cancel'", runId);
  }

  /** The position of the wait that was stored last. */
  lastPosition(): number {
    const sql = 'SELECT max(rowid) AS last FROM wait';
    return this.db.getUnchanged<{ last: number | null }>(['wait'], sql)?.last ?? 0;
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
    if (!this.db.isEmpty('wait')) this.db.run('DELETE FROM wait WHERE run_id = ?', runId);
  }
}

function placed(row: WaitRow & { position: number }): PlacedWait {
  return { ...fromRow(row), position: row.position };
}

function fromRow(row: WaitRow): Wait {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    runId: row.run_id,
    stepId: row.step_id,
    expression: row.expression,
    equality: row.path === null || row.value === null ? null : { path: row.path, value: row.value },
    expiresAt: row.expires_at,
  };
}
