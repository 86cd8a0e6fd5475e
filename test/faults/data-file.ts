import type { SqliteDriver, SqlValue } from '../../src/embedded/store/driver/sqlite-driver.js';
import type { EndedRun } from './scenario.js';
import type { CompletedSteps } from './execution-log.js';

/** Tables that hold what is still to do, or what is held meanwhile: a scenario leaves no row in them. */
const PENDING = [
  'queue_item',
  'outbox',
  'timer',
  'wait',
  'debounce',
  'batch',
  'slot',
  'lane',
  'gate',
  'singleton',
  'deferral',
];

const IS_OPEN = "SELECT 1 FROM run WHERE status IN ('QUEUED', 'RUNNING') LIMIT 1";

/** Looks into a server's data file by its own connection, past the driver that counts statements. */
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

  /** What is left to do, as `<count> rows of <table>: <the first of them>`. */
  leftovers(): string[] {
    return PENDING.flatMap((table) => {
      const rows = this.driver.prepare(`SELECT * FROM ${table}`).all([]);
      return rows.length === 0 ? [] : [`${rows.length} rows of ${table}: ${JSON.stringify(rows[0])}`];
    });
  }

  /** A number below those of all runs that start from now on. */
  mark(): number {
    const row = this.driver.prepare('SELECT max(rowid) AS last FROM run').get([]) as { last: number | null };
    return row.last ?? 0;
  }

  /** The runs that started since a {@link mark}. */
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
