import { Injectable } from '@nestjs/common';
import { Database } from '../store/database.js';

/** Tells the dispatcher, after a commit, that there may be something to do. */
@Injectable()
export class Wakeup {
  private listener: (() => void) | undefined;

  constructor(private readonly db: Database) {}

  onWakeup(listener: () => void): void {
    this.listener = listener;
  }

  /** Wakes the dispatcher when the current transaction is committed. */
  afterCommit(): void {
    this.db.afterCommit(() => this.listener?.());
  }
}

/** What has changed for those who watch. */
export type Change =
  { kind: 'run'; runId: string } | { kind: 'event'; eventId: string } | { kind: 'functions' };

/** Tells those who watch, after a commit, that a run or an event has changed. */
@Injectable()
export class Changes {
  private readonly listeners = new Set<(change: Change) => void>();

  constructor(private readonly db: Database) {}

  /** Returns a function that ends the subscription. */
  subscribe(listener: (change: Change) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  mark(change: Change): void {
    // One commit listener for each watcher: one that throws is logged, and the others still hear of the change.
    for (const listener of this.listeners) this.db.afterCommit(() => listener(change));
  }
}
