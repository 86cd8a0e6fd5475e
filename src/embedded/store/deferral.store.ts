import { readStoredRecord } from './stored-json.js';
import { Injectable } from '@nestjs/common';
import type { Sessions } from '../protocol/sessions.js';
import { Database } from './database.js';

/** A function that a run has deferred: it runs after the end of the run. */
export interface Deferral {
  runId: string;
  /** The SHA-1 hash of the id that the function's code gave it, in hex. */
  id: string;
  functionSlug: string;
  status: 'waiting' | 'aborted' | 'refused';
  input: Record<string, unknown>;
  sessions?: Sessions;
}

interface DeferralRow {
  run_id: string;
  id: string;
  function_slug: string;
  status: Deferral['status'];
  input: string;
  sessions: string | null;
}

@Injectable()
export class DeferralStore {
  constructor(private readonly db: Database) {}

  /** Adds a deferral at the end of its run's list. Does nothing if the run already has one with this id. */
  add(deferral: Deferral): void {
    this.db.run(
      `INSERT OR IGNORE INTO deferral (run_id, id, function_slug, status, input, sessions, position)
       VALUES (?,?,?,?,?,?, (SELECT count(*) FROM deferral WHERE run_id = ?))`,
      deferral.runId,
      deferral.id,
      deferral.functionSlug,
      deferral.status,
      JSON.stringify(deferral.input),
      deferral.sessions === undefined ? null : JSON.stringify(deferral.sessions),
      deferral.runId,
    );
  }

  abort(runId: string, id: string): void {
    this.db.run(
      "UPDATE deferral SET status = 'aborted' WHERE run_id = ? AND id = ? AND status = 'waiting'",
      runId,
      id,
    );
  }

  /** The status of each deferral of the run, without the inputs. */
  statuses(runId: string): Pick<Deferral, 'id' | 'status'>[] {
    if (this.db.isEmpty('deferral')) return [];
    return this.db.all('SELECT id, status FROM deferral WHERE run_id = ? ORDER BY position', runId);
  }

  /** The size of all inputs of a run's deferrals together, in bytes. */
  inputBytes(runId: string): number {
    const sql = 'SELECT sum(length(CAST(input AS BLOB))) AS bytes FROM deferral WHERE run_id = ?';
    return this.db.get<{ bytes: number | null }>(sql, runId)?.bytes ?? 0;
  }

  /** In the order in which they were added. */
  ofRun(runId: string): Deferral[] {
    if (this.db.isEmpty('deferral')) return [];
    return this.db
      .all<DeferralRow>('SELECT * FROM deferral WHERE run_id = ? ORDER BY position', runId)
      .map((row) => ({
        runId: row.run_id,
        id: row.id,
        functionSlug: row.function_slug,
        status: row.status,
        input: readStoredRecord(row.input),
        ...(row.sessions !== null && { sessions: readStoredRecord(row.sessions) as Sessions }),
      }));
  }
}
