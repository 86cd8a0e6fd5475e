import { readStored } from './stored-json.js';
import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** Work on many rows that the server does in small pieces, while it also does everything else. */
export interface Job {
  /** A ULID: jobs sort in the order in which they were created. */
  id: string;
  /** Determines the handler. */
  kind: string;
  /** The id of the cancellation or the function that the job is for. */
  subject: string;
  payload: unknown;
  /** Where the next piece begins; empty for the first piece. */
  cursor: string;
  /** The number of items when the job was created. */
  total: number;
  /** The number of items that are done. */
  done: number;
  /** Milliseconds since 1970. */
  createdAt: number;
  /** Milliseconds since 1970; null while there is more to do. */
  endedAt: number | null;
  /** The number of consecutive errors of this server with the job. */
  failures: number;
  /** The last of these errors; null after the next successful piece. */
  error: string | null;
  /** A message for the user who started the job, such as which items it left out. A later note replaces an earlier one. */
  note: string | null;
  /** When it was set aside, in milliseconds since 1970. The next start tries it again. */
  setAsideAt: number | null;
}

export type NewJob = Pick<Job, 'id' | 'kind' | 'subject' | 'payload' | 'total' | 'createdAt'>;

interface JobRow {
  id: string;
  kind: string;
  subject: string;
  payload: string;
  cursor: string;
  total: number;
  done: number;
  created_at: number;
  ended_at: number | null;
  failures: number;
  error: string | null;
  note: string | null;
  set_aside_at: number | null;
}

/** The rows of the jobs. Times named `at` are in steady time. */
@Injectable()
export class JobStore {
  constructor(private readonly db: Database) {}

  /** @param at the steady time from which on the first piece may be done */
  insert(job: NewJob, at: number): void {
    this.db.run(
      'INSERT INTO job (id, kind, subject, payload, total, created_at, at) VALUES (?,?,?,?,?,?,?)',
      job.id,
      job.kind,
      job.subject,
      JSON.stringify(job.payload ?? null),
      job.total,
      job.createdAt,
      at,
    );
  }

  get(id: string): Job | undefined {
    const row = this.db.get<JobRow>('SELECT * FROM job WHERE id = ?', id);
    return row && fromRow(row);
  }

  /** The oldest job that is due. */
  due(now: number): Job | undefined {
    if ((this.next() ?? Infinity) > now) return undefined;
    const row = this.db.get<JobRow>(
      'SELECT * FROM job WHERE ended_at IS NULL AND set_aside_at IS NULL AND at <= ? ORDER BY id LIMIT 1',
      now,
    );
    return row && fromRow(row);
  }

  /** When the next job is due; undefined when there is none. */
  next(): number | undefined {
    const sql = 'SELECT min(at) AS at FROM job WHERE ended_at IS NULL AND set_aside_at IS NULL';
    return this.db.getUnchanged<{ at: number | null }>(['job'], sql)?.at ?? undefined;
  }

  /** The job of this kind for this subject that has not ended. */
  openOf(kind: string, subject: string): Job | undefined {
    const row = this.db.get<JobRow>(
      'SELECT * FROM job WHERE ended_at IS NULL AND kind = ? AND subject = ? ORDER BY id LIMIT 1',
      kind,
      subject,
    );
    return row && fromRow(row);
  }

  hasOpen(kind: string): boolean {
    const sql = 'SELECT 1 AS found FROM job WHERE ended_at IS NULL AND kind = ? LIMIT 1';
    return this.db.getUnchanged(['job'], sql, kind) !== undefined;
  }

  /** The latest job for this subject. */
  lastOf(subject: string): Job | undefined {
    const row = this.db.get<JobRow>('SELECT * FROM job WHERE subject = ? ORDER BY id DESC LIMIT 1', subject);
    return row && fromRow(row);
  }

  /** Newest first. */
  list(limit: number): Job[] {
    return this.db.all<JobRow>('SELECT * FROM job ORDER BY id DESC LIMIT ?', limit).map(fromRow);
  }

  /** Stores that a piece is done. Removes the last error, and keeps the last note if there is no new one. */
  setProgress(
    id: string,
    { cursor, done, note }: { cursor: string; done: number; note: string | null },
  ): void {
    this.db.run(
      'UPDATE job SET cursor = ?, done = done + ?, failures = 0, error = NULL, note = coalesce(?, note) WHERE id = ?',
      cursor,
      done,
      note,
      id,
    );
  }

  end(id: string, { done, note }: { done: number; note: string | null }, now: number): void {
    this.db.run(
      'UPDATE job SET done = done + ?, ended_at = ?, failures = 0, error = NULL, note = coalesce(?, note) WHERE id = ?',
      done,
      now,
      note,
      id,
    );
  }

  remove(id: string): void {
    this.db.run('DELETE FROM job WHERE id = ?', id);
  }

  /** Stores an error of this server. The piece is done again at the steady time `at`. */
  retry(id: string, { at, failures, error }: { at: number; failures: number; error: string }): void {
    this.db.run('UPDATE job SET at = ?, failures = ?, error = ? WHERE id = ?', at, failures, error, id);
  }

  setAside(id: string, error: string, now: number): void {
    this.db.run('UPDATE job SET set_aside_at = ?, error = ? WHERE id = ?', now, error, id);
  }

  setAsideJobs(): { id: string; error: string; at: number }[] {
    return this.db.all('SELECT id, error, set_aside_at AS at FROM job WHERE set_aside_at IS NOT NULL');
  }

  /** Makes all jobs due that were set aside. */
  takeBack(now: number): void {
    this.db.run(
      'UPDATE job SET set_aside_at = NULL, failures = 0, at = ? WHERE set_aside_at IS NOT NULL',
      now,
    );
  }
}

function fromRow(row: JobRow): Job {
  return {
    id: row.id,
    kind: row.kind,
    subject: row.subject,
    payload: readStored(row.payload),
    cursor: row.cursor,
    total: row.total,
    done: row.done,
    createdAt: row.created_at,
    endedAt: row.ended_at,
    failures: row.failures,
    error: row.error,
    note: row.note,
    setAsideAt: row.set_aside_at,
  };
}
