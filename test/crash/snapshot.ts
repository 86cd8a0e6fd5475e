import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/embedded/store/database.js';
import { APP_ID, THROTTLE } from './app/names.js';

/** Something that the server had to do at a stored time. */
export interface Pending {
  kind: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** What was on the disk when a server was killed. */
export interface Snapshot {
  /** The steps that were completed, as `<run> <step>`. */
  completed: ReadonlySet<string>;
  /** The number of calls in progress. */
  underWay: number;
  pending: readonly Pending[];
}

/** Reads a copy of the data file, so that the next server finds the original as the killed server left it. */
export function readSnapshot(dataFile: string, folder: string): Snapshot {
  const copies = join(folder, 'snapshot');
  mkdirSync(copies, { recursive: true });
  const copy = join(copies, 'inngest.db');
  for (const suffix of ['', '-wal']) {
    if (existsSync(dataFile + suffix)) copyFileSync(dataFile + suffix, copy + suffix);
  }
  const db = new Database(copy);
  try {
    const steps = db.all<{ run_id: string; name: string }>(
      "SELECT run_id, name FROM step WHERE op = 'RUN' AND status = 'COMPLETED' AND memo IS NOT NULL",
    );
    return {
      completed: new Set(steps.map(({ run_id, name }) => `${run_id} ${name}`)),
      underWay: db.get<{ n: number }>("SELECT count(*) AS n FROM queue_item WHERE state = 'running'")?.n ?? 0,
      pending: db.all<{ kind: string; at: number }>(
        `SELECT kind, at FROM timer UNION ALL
         SELECT 'retry', at FROM queue_item WHERE state = 'delayed' AND attempt > 0 UNION ALL
         SELECT 'throttle', gcra.at - ? FROM function AS fn JOIN gcra ON gcra.key LIKE 'throttle:' || fn.id || ':%'
           WHERE fn.slug = ? AND EXISTS (SELECT 1 FROM run WHERE function_id = fn.id AND status = 'QUEUED')`,
        // `gcra.at` is when all permits are back. The next start needs only one, which is back earlier.
        (THROTTLE.pace.atOnce - 1) * THROTTLE.pace.everyMs,
        `${APP_ID}-throttled`,
      ),
    };
  } finally {
    db.close();
    rmSync(copies, { recursive: true });
  }
}
