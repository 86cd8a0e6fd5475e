import type { SqlValue } from './driver/sqlite-driver.js';

/** How many results are cached. There is a limit because some queries contain event names or ids of limits. */
const MAX_RESULTS = 1_000;

/** The table that a statement changes. */
const CHANGED_TABLE = /^\s*(?:INSERT(?:\s+OR\s+\w+)?\s+INTO|REPLACE\s+INTO|UPDATE|DELETE\s+FROM)\s+(\w+)/i;

/** @returns the table that the statement changes; undefined if it only reads */
export function tableChangedBy(sql: string): string | undefined {
  return CHANGED_TABLE.exec(sql)?.[1];
}

/**
 * Caches the results of queries until one of their tables changes. Only this process writes to the data file, so no result
 * is out of date.
 *
 * In most turns, the queries of the dispatcher ("when is the next timer?") have the same results as before. A cached result
 * takes 0.5 µs, the query 7 µs (100 timers, libsql).
 */
export class QueryResults {
  /** The number of changes of each table, and of each part of a table. */
  private readonly changes = new Map<string, number>();
  private readonly results = new Map<string, { asOf: number; result: unknown }>();

  /** @param query runs the query. Its result is shared, so the caller must not change it */
  get<T>(tables: readonly string[], sql: string, values: readonly SqlValue[], query: () => T): T {
    const key = values.length === 0 ? sql : `${sql}\0${values.join('\0')}`;
    let asOf = 0;
    for (const table of tables) asOf += this.changes.get(table) ?? 0;
    const known = this.results.get(key);
    if (known?.asOf === asOf) return known.result as T;
    const result = query();
    if (this.results.size >= MAX_RESULTS) this.results.clear();
    this.results.set(key, { asOf, result });
    return result;
  }

  /** To be called when rows of the table, or of the part of a table, were added, changed or removed. */
  changed(table: string): void {
    this.changes.set(table, (this.changes.get(table) ?? 0) + 1);
  }

  /** Removes all results. To be called after a rollback or a script. */
  clear(): void {
    this.results.clear();
  }
}
