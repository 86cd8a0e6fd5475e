import type { Database } from '../store/database.js';
import type { QueueItem } from '../store/queue.store.js';
import type { Lane, Lanes } from './lanes.js';
import type { LimitNode } from './limit-tree.js';

/** A call for which the slots of the previous call of its run are kept. */
export interface KeepingCall {
  readonly item: QueueItem;
  readonly lane: Lane;
  /** The limits above the lane, once it is known that no call which waits for these slots comes first. */
  limits?: LimitNode[];
}

/** A call that has ended in the current transaction, whose slots are not free yet. */
interface Ended {
  readonly runId: string;
  readonly lane: Lane;
  next?: KeepingCall;
}

/**
 * The slots of calls that have ended in the current transaction. They are kept until its end for the next call of the same
 * run, which usually is queued and taken in the same transaction: then neither the slots nor the heads of the lane and its
 * limits change. That saves about 20 statements a call. Slots that nothing has taken over are freed before the commit.
 */
export class KeptSlots {
  private ended: Ended[] = [];
  private transaction: object | undefined;

  /** @param queued is told each call that no longer keeps slots, and waits in its lane like any other */
  constructor(
    private readonly db: Database,
    private readonly lanes: Lanes,
    private readonly queued: (item: QueueItem) => void,
  ) {}

  /** Keeps the slots of a call of the lane that has ended. Outside a transaction it frees them. */
  keep(runId: string, lane: Lane): void {
    if (!this.db.inTransaction) {
      this.lanes.release(lane);
      return;
    }
    this.ofTransaction().push({ runId, lane });
  }

  /** Gives kept slots to the next call of the run, if it has the same ones. Returns whether it does. */
  give(item: QueueItem): boolean {
    const ended = this.ofTransaction().find(
      ({ runId, lane, next }) => runId === item.runId && lane.id === item.lane && next === undefined,
    );
    if (ended) ended.next = { item, lane: ended.lane };
    return ended !== undefined;
  }

  /** Whether any slots are kept now. */
  get areAny(): boolean {
    return this.ofTransaction().length > 0;
  }

  /** The calls for which slots are kept, by their scores. */
  get waiting(): KeepingCall[] {
    const calls = this.ofTransaction().flatMap(({ next }) => next ?? []);
    return calls.toSorted((a, b) => a.item.score - b.item.score);
  }

  /** The call was taken, with its slots. */
  use(item: QueueItem): void {
    this.ended = this.ofTransaction().filter(({ next }) => next?.item !== item);
  }

  /** Frees the slots that are kept for no call. */
  freeUnused(): void {
    this.free(({ next }) => next === undefined);
  }

  /** Frees all kept slots. */
  freeAll(): void {
    this.free(() => true);
  }

  private free(isFreed: (ended: Ended) => boolean): void {
    const freed = this.ofTransaction().filter(isFreed);
    if (freed.length === 0) return;
    this.ended = this.ended.filter((ended) => !isFreed(ended));
    for (const { lane, next } of freed) {
      this.lanes.release(lane);
      if (next) this.queued(next.item);
    }
  }

  private ofTransaction(): Ended[] {
    const transaction = this.db.currentTransaction;
    if (transaction === undefined || transaction !== this.transaction) {
      this.ended = [];
      if (transaction !== undefined) this.db.beforeCommit(() => this.freeAll());
    }
    this.transaction = transaction;
    return this.ended;
  }
}
