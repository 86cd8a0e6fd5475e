import { Injectable } from '@nestjs/common';
import { Database } from './database.js';

/** The numbers of a function's runs and calls, by state. */
export interface Counts {
  /** Runs that have not started. */
  queued: number;
  /** Runs that have started and not ended. */
  running: number;
  /** Calls to the app that are under way. */
  executing: number;
  /** Calls that wait, by the reason. */
  throttled: number;
  heldByConcurrency: number;
  retrying: number;
  delayed: number;
  paused: number;
}

export const NO_COUNTS: Counts = {
  queued: 0,
  running: 0,
  executing: 0,
  throttled: 0,
  heldByConcurrency: 0,
  retrying: 0,
  delayed: 0,
  paused: 0,
};

/** Reads recent activity, which shows the effects of flow control. */
@Injectable()
export class ActivityStore {
  constructor(private readonly db: Database) {}

  /** The number of runs that started in each period of `bucketMs`, from `since` on. */
  starts(since: number, bucketMs: number): { functionId: string; bucket: number; count: number }[] {
    return this.db
      .all<{ function_id: string; bucket: number; n: number }>(
        `SELECT function_id, CAST((started_at - ?) / ? AS INTEGER) AS bucket, count(*) AS n FROM run
         WHERE started_at >= ? GROUP BY function_id, bucket`,
        since,
        bucketMs,
        since,
      )
      .map((row) => ({ functionId: row.function_id, bucket: row.bucket, count: row.n }));
  }

  /** The number of calls of a paused function that wait for the end of the pause. */
  pausedOf(functionId: string): number {
    const sql = `SELECT count(*) AS n FROM queue_item AS item JOIN run ON run.id = item.run_id
      JOIN function_pause ON function_pause.function_id = run.function_id
      WHERE run.ended_at IS NULL AND run.function_id = ? AND item.state <> 'running'
        AND (under_way = 'wait' OR (item.kind = 'start' AND run.status = 'QUEUED'))`;
    return this.db.get<{ n: number }>(sql, functionId)?.n ?? 0;
  }

  counts(): Map<string, Counts> {
    const found = new Map<string, Counts>();
    const add = (functionId: string, what: keyof Counts, n: number): void => {
      const counts = found.get(functionId) ?? { ...NO_COUNTS };
      counts[what] += n;
      found.set(functionId, counts);
    };
    for (const row of this.db.all<{ function_id: string; status: string; n: number }>(
      `SELECT function_id, status, count(*) AS n FROM run WHERE status IN ('QUEUED', 'RUNNING')
       GROUP BY function_id, status`,
    )) {
      add(row.function_id, row.status === 'QUEUED' ? 'queued' : 'running', row.n);
    }
    for (const row of this.db.all<{ function_id: string; what: keyof Counts; n: number }>(
      `WITH RECURSIVE way (gate, held) AS (
         SELECT id, CASE WHEN is_closed THEN kind END FROM gate WHERE parent <= 0
         UNION ALL
         SELECT gate.id, coalesce(way.held, CASE WHEN is_closed THEN kind END)
         FROM way JOIN gate ON gate.parent = way.gate
       )
       SELECT lane.function_id, count(*) AS n, CASE
         WHEN item.state = 'running' THEN 'executing'
         WHEN function_pause.under_way = 'wait' THEN 'paused'
         WHEN function_pause.function_id IS NOT NULL AND item.kind = 'start'
           AND (SELECT status FROM run WHERE id = item.run_id) = 'QUEUED' THEN 'paused'
         WHEN item.state = 'delayed' AND item.attempt > 0 THEN 'retrying'
         WHEN item.state = 'delayed' THEN 'delayed'
         WHEN way.held = 'throttle' THEN 'throttled'
         WHEN way.held IN ('slot', 'run-slot') THEN 'heldByConcurrency'
         ELSE 'ready' END AS what
       FROM queue_item AS item JOIN lane ON lane.id = item.lane JOIN way ON way.gate = lane.gate
         LEFT JOIN function_pause ON function_pause.function_id = lane.function_id
       GROUP BY lane.function_id, what HAVING what <> 'ready'`,
    )) {
      add(row.function_id, row.what, row.n);
    }
    return found;
  }
}
