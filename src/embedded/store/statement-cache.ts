import type { SqliteStatement } from './driver/sqlite-driver.js';
import { tableChangedBy } from './query-results.js';

/** A compiled statement, and the table that it changes, if any. */
export interface CachedStatement {
  readonly statement: SqliteStatement;
  readonly changes: string | undefined;
}

interface Entry extends CachedStatement {
  /** The number of the last use. */
  usedAt: number;
}

/** A parameter such as `?1`. Node 22 before 22.20 and Node 24 before 24.7 cannot bind it. */
const NUMBERED = /\?\d/;

/**
 * Caches compiled statements and keeps those that were used last. The size is bounded because lists of varying length give a
 * new SQL text each time.
 */
export class StatementCache {
  private readonly statements = new Map<string, Entry>();
  private uses = 0;

  constructor(
    private readonly prepare: (sql: string) => SqliteStatement,
    private readonly capacity: number,
  ) {}

  get size(): number {
    return this.statements.size;
  }

  get(sql: string): CachedStatement {
    const known = this.statements.get(sql) ?? this.add(sql);
    known.usedAt = ++this.uses;
    return known;
  }

  clear(): void {
    this.statements.clear();
  }

  private add(sql: string): Entry {
    if (NUMBERED.test(sql)) throw new Error(`Parameters must not have numbers: ${sql}`);
    const added = { statement: this.prepare(sql), changes: tableChangedBy(sql), usedAt: 0 };
    if (this.statements.size >= this.capacity) this.removeOldest();
    this.statements.set(sql, added);
    return added;
  }

  /** Looks at all entries, which is rare. To keep them in the order of their use would change the map at every use. */
  private removeOldest(): void {
    const [oldest] = [...this.statements].reduce((a, b) => (b[1].usedAt < a[1].usedAt ? b : a));
    this.statements.delete(oldest);
  }
}
