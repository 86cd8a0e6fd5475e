import { copyFileSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/embedded/store/database.js';

/** Something that was to happen at a moment of its own. */
export interface Pending {
  kind: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** What was on the disk when a server was killed. */
export interface Snapshot {
  /** Steps that were done, as `<run> <step>`. */
  completed: ReadonlySet<string>;
  /** Calls to apps that were under way. */
  underWay: number;
  pending: readonly Pending[];
}

/** Reads a copy of the data file, so that the next server finds everything as the killed one left it. */
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
         SELECT CASE WHEN attempt > 0 THEN 'retry' ELSE 'delayed start' END, at FROM queue_item WHERE state = 'delayed'`,
      ),
    };
  } finally {
    db.close();
    rmSync(copies, { recursive: true });
  }
}
