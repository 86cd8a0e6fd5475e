import type { Database } from './database.js';

/**
 * Numbers by a name, in memory only, that take part in transactions: if one is rolled back, so are its changes of the
 * numbers. For what is true of this process, and not of the next one that opens the file.
 */
export class Counters {
  private readonly committed = new Map<string, number>();
  private readonly changed = new Map<string, number>();
  private transaction: object | undefined;

  constructor(private readonly db: Database) {
    db.onCommit((transaction) => {
      if (transaction === this.transaction) this.keepChanged();
    });
  }

  /** How many numbers are not 0. */
  get size(): number {
    return [...new Set([...this.current().keys(), ...this.committed.keys()])].filter(
      (id) => this.get(id) !== 0,
    ).length;
  }

  /** The number with this name; 0 if none was set. */
  get(id: string): number {
    return this.current().get(id) ?? this.committed.get(id) ?? 0;
  }

  /** Sets the number: a part of the current transaction, if there is one. */
  set(id: string, value: number): void {
    this.current().set(id, value);
    if (!this.db.inTransaction) this.keepChanged();
  }

  /** The numbers that the current transaction has changed. */
  private current(): Map<string, number> {
    const transaction = this.db.currentTransaction;
    // An earlier transaction whose changes are left was rolled back.
    if (transaction === undefined || transaction !== this.transaction) this.changed.clear();
    this.transaction = transaction;
    return this.changed;
  }

  private keepChanged(): void {
    for (const [id, value] of this.changed) {
      if (value === 0) this.committed.delete(id);
      else this.committed.set(id, value);
    }
    this.changed.clear();
  }
}
