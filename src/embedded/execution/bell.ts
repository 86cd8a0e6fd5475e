import { Injectable } from '@nestjs/common';
import { Database } from '../store/database.js';

type Listener<T> = (what: T) => void;

/** Tells the dispatcher that there may be something to do, once the change that caused it is certain. */
@Injectable()
export class Bell {
  private listener: (() => void) | undefined;

  constructor(private readonly db: Database) {}

  onRing(listener: () => void): void {
    this.listener = listener;
  }

  ring(): void {
    this.db.afterCommit(() => this.listener?.());
  }
}

/** Tells those who watch that a run or an event has changed, once the change is certain. */
@Injectable()
export class Changes {
  private readonly listeners = new Set<Listener<Change>>();

  constructor(private readonly db: Database) {}

  /** Returns a function that ends the subscription. */
  subscribe(listener: Listener<Change>): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  mark(change: Change): void {
    if (this.listeners.size === 0) return;
    this.db.afterCommit(() => {
      for (const listener of this.listeners) listener(change);
    });
  }
}

export type Change =
  { kind: 'run'; runId: string } | { kind: 'event'; eventId: string } | { kind: 'functions' };
