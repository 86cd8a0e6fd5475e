import type { SqliteStatement } from './driver/sqlite-driver.js';
import { tableChangedBy } from './query-results.js';

/** A compiled statement, and the table that it changes, if any. */
export interface CachedStatement {
  readonly statement: SqliteStatement;
  readonly changes: string | undefined;
}

/**
 * Caches compiled statements and keeps those that were used last. The size is bounded because lists of varying length give a
 * new SQL text each time.
 */
export class StatementCache {
  private readonly statements = new Map<string, CachedStatement>();

  constructor(
    private readonly prepare: (sql: string) => SqliteStatement,
    private readonly capacity: number,
  ) {}

  get size(): number {
    return this.statements.size;
  }

  get(sql: string): CachedStatement {
    const statement = this.statements.get(sql) ?? {
      statement: this.prepare(sql),
      changes: tableChangedBy(sql),
    };
    // A Map lists its keys in the order of insertion, so the first key is the one that was not used for the longest time.
    this.statements.delete(sql);
    this.statements.set(sql, statement);
    if (this.statements.size > this.capacity)
      this.statements.delete(this.statements.keys().next().value as string);
    return statement;
  }

  clear(): void {
    this.statements.clear();
  }
}
