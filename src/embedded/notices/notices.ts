import { Injectable } from '@nestjs/common';
import { Database } from '../store/database.js';

/** Tells the dispatcher, after a commit, that there may be something to do. */
@Injectable()
export class Wakeup {
  private listener: (() => void) | undefined;
  /** The last transaction that wakes the dispatcher. */
  private wakingTransaction: object | undefined;

  constructor(private readonly db: Database) {}

  onWakeup(listener: () => void): void {
    this.listener = listener;
  }

  /** Whether the current transaction wakes the dispatcher. */
  get isPending(): boolean {
    return this.db.inTransaction && this.wakingTransaction === this.db.currentTransaction;
  }

  /** Wakes the dispatcher when the current transaction is committed. */
  afterCommit(): void {
    if (this.isPending) return;
    this.wakingTransaction = this.db.currentTransaction;
    this.db.afterCommit(() => this.listener?.());
  }
}

/** A change that subscribers of {@link Changes} are told. */
export type Change =
  { kind: 'run'; runId: string } | { kind: 'event'; eventId: string } | { kind: 'functions' };

/** Tells its subscribers, after a commit, which run or event has changed. */
@Injectable()
export class Changes {
  private readonly listeners = new Set<(change: Change) => void>();

  constructor(private readonly db: Database) {}

  /** Calls `listener` after each commit that changed something. Returns a function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Records a change in the current transaction. */
  mark(change: Change): void {
    // One commit listener for each subscriber: if one throws, it is logged and the others are still called.
    for (const listener of this.listeners) this.db.afterCommit(() => listener(change));
  }
}
