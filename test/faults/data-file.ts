import type { SqliteDriver, SqlValue } from '../../src/embedded/store/driver/sqlite-driver.js';
import type { EndedRun } from './scenario.js';
import type { CompletedSteps } from './execution-log.js';

/** Tables with pending work or held resources. A scenario must leave no row in them. */
const PENDING = ['queue_item', 'outbox', 'timer', 'wait', 'debounce', 'batch', 'singleton', 'deferral'];

/** What is left, by table. A function keeps one lane, which has no ready call, with its limits. */
const LEFT: Record<string, string> = {
  ...Object.fromEntries(PENDING.map((table) => [table, `SELECT * FROM ${table}`])),
  lane: `SELECT * FROM lane
    WHERE head IS NOT NULL OR id NOT IN (SELECT min(id) FROM lane GROUP BY function_id)`,
  gate: `WITH RECURSIVE above (id) AS (
      SELECT gate FROM lane UNION SELECT parent FROM above JOIN gate USING (id))
    SELECT * FROM gate WHERE head IS NOT NULL OR lanes <> 1 OR id NOT IN above`,
};

const IS_OPEN = "SELECT 1 FROM run WHERE status IN ('QUEUED', 'RUNNING') LIMIT 1";

/** Reads a server's data file over the server's connection, below the driver that counts and fails statements. */
export class DataFileView implements CompletedSteps {
  constructor(private readonly driver: SqliteDriver) {}

  exists(sql: string, ...values: SqlValue[]): boolean {
    return this.driver.prepare(sql).get(values) !== undefined;
  }

  has(runId: string, step: string): boolean {
    return this.exists(
      "SELECT 1 FROM step WHERE run_id = ? AND name = ? AND status = 'COMPLETED'",
      runId,
      step,
    );
  }

  /** Whether nothing is left to do. */
  isIdle(): boolean {
    return !this.exists(IS_OPEN) && this.leftovers().length === 0;
  }

  /** The rows that are left, as `<count> rows of <table>: <the first row>`. */
  leftovers(): string[] {
    return Object.entries(LEFT).flatMap(([table, sql]) => {
      const rows = this.driver.prepare(sql).all([]);
      return rows.length === 0 ? [] : [`${rows.length} rows of ${table}: ${JSON.stringify(rows[0])}`];
    });
  }

  /** The rowid of the newest run. Pass it to {@link runsSince}. */
  mark(): number {
    const row = this.driver.prepare('SELECT max(rowid) AS last FROM run').get([]) as { last: number | null };
    return row.last ?? 0;
  }

  /** The runs that were created after a {@link mark}. */
  runsSince(mark: number): EndedRun[] {
    const rows = this.driver
      .prepare(
        `SELECT slug, status, output, started_at FROM run JOIN function ON function.id = run.function_id
         WHERE run.rowid > ?`,
      )
      .all([mark]) as { slug: string; status: string; output: string | null; started_at: number | null }[];
    return rows.map(({ slug, status, output, started_at }) => ({
      fn: slug.replace(/^test-/, ''),
      status,
      output,
      startedAt: started_at,
    }));
  }
}
