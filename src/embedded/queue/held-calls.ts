import type { Database } from '../store/database.js';
import type { QueueItem } from '../store/queue.store.js';
import type { Lane, Lanes } from './lanes.js';
import type { LimitNode } from './limit-tree.js';

/** A call that was queued in the current transaction. */
export interface HeldCall {
  readonly item: QueueItem;
  readonly lane: Lane;
  /** Whether the slots of the previous call of its run are kept for it. */
  readonly hasSlots: boolean;
  /** The limits above the lane, once it is known that no call which waits for the kept slots comes first. */
  limits?: LimitNode[];
}

/** A call that has ended in the current transaction, whose slots are neither free yet nor kept for another call. */
interface EndedCall {
  readonly runId: string;
  readonly lane: Lane;
}

/** How many calls are held at most. No more than 100 may be under way, so the others wait in their lanes in any case. */
const MAX_HELD = 100;

/**
 * The calls that the current transaction has queued and not yet taken. Most of them are taken in the same transaction: then
 * the heads of their lane and its limits do not change, and the queue need not look for the first call: queuing and taking a
 * call takes two statements.
 *
 * The slots of a call that ends are kept until the end of the transaction for the next call of the same run. If that takes
 * them over, the slots do not change either.
 *
 * Before the commit, the calls that were not taken are added to the heads, and slots that no call has taken over are freed.
 */
export class HeldCalls {
  private ended: EndedCall[] = [];
  private held: HeldCall[] = [];
  private transaction: object | undefined;
  /** Whether the transaction is about to be committed, so that nothing is held any more. */
  private isEnding = false;

  /** @param addToHeads is told each call that is not held any longer, and waits in its lane */
  constructor(
    private readonly db: Database,
    private readonly lanes: Lanes,
    private readonly addToHeads: (item: QueueItem) => void,
  ) {}

  /** Whether calls are held, or slots kept. */
  get areAny(): boolean {
    this.follow();
    return this.held.length > 0 || this.ended.length > 0;
  }

  /** The held call that comes first, by the scores. */
  get first(): HeldCall | undefined {
    this.follow();
    let first: HeldCall | undefined;
    for (const call of this.held) if (call.item.score < (first?.item.score ?? Infinity)) first = call;
    return first;
  }

  /** The held calls for which slots are kept. */
  get withSlots(): readonly HeldCall[] {
    this.follow();
    return this.held.filter(({ hasSlots }) => hasSlots);
  }

  /** Keeps the slots of a call of the lane that has ended. Outside a transaction it frees them. */
  keepSlots(runId: string, lane: Lane): void {
    if (this.canHold()) this.ended.push({ runId, lane });
    else this.lanes.release(lane);
  }

  /**
   * Holds a call that was just queued and is ready, with the slots of the call of its run that has ended, if it needs the
   * same ones.
   */
  hold(item: QueueItem): void {
    const lane = this.canHold() ? this.lanes.get(item.lane) : undefined;
    if (!lane) {
      this.addToHeads(item);
      return;
    }
    const ended = this.ended.find(({ runId, lane: { id } }) => runId === item.runId && id === item.lane);
    if (ended) this.ended = this.ended.filter((other) => other !== ended);
    this.held.push({ item, lane, hasSlots: ended !== undefined });
    if (this.held.length > MAX_HELD) this.releaseAll();
  }

  /** The call was taken, with the slots that were kept for it, if any. */
  use(call: HeldCall): void {
    this.held = this.held.filter((other) => other !== call);
  }

  /** Frees the slots that are kept for no call. */
  freeUnused(): void {
    this.follow();
    for (const { lane } of this.ended.splice(0)) this.lanes.release(lane);
  }

  /** Frees all kept slots, and lets the held calls wait in their lanes. */
  releaseAll(): void {
    this.freeUnused();
    for (const { item, lane, hasSlots } of this.held.splice(0)) {
      if (hasSlots) this.lanes.release(lane);
      this.addToHeads(item);
    }
  }

  private canHold(): boolean {
    this.follow();
    return this.transaction !== undefined && !this.isEnding;
  }

  /** Forgets what belongs to an earlier transaction, which has ended. */
  private follow(): void {
    const transaction = this.db.currentTransaction;
    if (transaction === this.transaction) return;
    this.transaction = transaction;
    this.isEnding = false;
    this.ended = [];
    this.held = [];
    if (transaction === undefined) return;
    this.db.beforeCommit(() => {
      this.isEnding = true;
      this.releaseAll();
    });
  }
}
